typedef int room_world_is_empty;
