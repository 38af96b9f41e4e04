typedef int room_probes_is_empty;
