typedef int room_commands_is_empty;
