typedef int room_report_is_empty;
