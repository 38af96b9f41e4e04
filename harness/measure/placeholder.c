typedef int room_measure_is_empty;
