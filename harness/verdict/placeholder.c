typedef int room_verdict_is_empty;
