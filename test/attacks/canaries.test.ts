/** Whether what only some may find is found by others, at the doors and on the streams. */
import './doors.cases.ts';
import './live-canaries.cases.ts';
