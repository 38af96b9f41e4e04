typedef int room_scenario_is_empty;
