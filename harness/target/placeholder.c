typedef int room_target_is_empty;
