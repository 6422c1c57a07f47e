/*
 * Times: layouts, zones, calendar, durations.
 */
#include "call_check.h"

static const struct row refusals[] = {
    {"time.parse_ns(1, \"a\")", TYPE_ERROR, "operand 1 must be string but got number"},
    {"time.parse_ns(\"2006\", 1)", TYPE_ERROR, "operand 2 must be string but got number"},
    {"time.parse_rfc3339_ns(1)", TYPE_ERROR, "must be string but got number"},
    {"time.parse_rfc3339_ns(\"\")", BUILTIN_ERROR, "cannot parse \"\" as \"2006\""},
    {"time.parse_rfc3339_ns(\"2020-01-02T03:04:05\")", BUILTIN_ERROR, "cannot parse \"\" as \"Z07:00\""},
    {"time.parse_rfc3339_ns(\"2020-01-02T03:04:05Z \")", BUILTIN_ERROR, "extra text: \" \""},
    {"time.parse_rfc3339_ns(\"2020-01-02 03:04:05Z\")", BUILTIN_ERROR, "cannot parse \" 03:04:05Z\" as \"T\""},
    {"time.parse_rfc3339_ns(\"2020-13-02T03:04:05Z\")", BUILTIN_ERROR, "month out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-29T03:04:05Z\")", BUILTIN_ERROR, "day out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-00T03:04:05Z\")", BUILTIN_ERROR, "day out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-01T24:04:05Z\")", BUILTIN_ERROR, "hour out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-01T03:60:05Z\")", BUILTIN_ERROR, "minute out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-01T03:04:60Z\")", BUILTIN_ERROR, "second out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-01T03:04:05+25:00\")", BUILTIN_ERROR, "time zone offset hour out of range"},
    {"time.parse_rfc3339_ns(\"2021-02-01T03:04:05+0100\")", BUILTIN_ERROR, "as \"Z07:00\""},
    {"time.parse_rfc3339_ns(\"2262-04-11T23:47:16.854775808Z\")", BUILTIN_ERROR, "time outside of valid range"},
    {"time.parse_rfc3339_ns(\"1677-09-21T00:12:43.145224191Z\")", BUILTIN_ERROR, "time outside of valid range"},
    {"time.parse_rfc3339_ns(\"9999-12-31T23:59:59Z\")", BUILTIN_ERROR, "time outside of valid range"},
    {"time.parse_ns(\"2006-002\", \"2021-366\")", BUILTIN_ERROR, "day-of-year out of range"},
    {"time.parse_ns(\"2006-002 Jan\", \"2021-032 Jan\")", BUILTIN_ERROR, "day-of-year does not match month"},
    {"time.parse_ns(\"2006-002 2\", \"2021-032 2\")", BUILTIN_ERROR, "day-of-year does not match day"},
    {"time.parse_ns(\"05.000\", \"05.12\")", BUILTIN_ERROR, "cannot parse \".12\" as \".000\""},
    {"time.parse_ns(\"Monday\", \"Someday\")", BUILTIN_ERROR, "as \"Monday\""},
    {"time.parse_ns(\"3PM\", \"3XM\")", BUILTIN_ERROR, "as \"PM\""},
    {"time.parse_ns(\"3PM\", \"13PM\")", BUILTIN_ERROR, "hour out of range"},
    {"time.parse_ns(\"2006 MST\", \"2020 ab\")", BUILTIN_ERROR, "as \"MST\""},
    {"time.date(\"a\")", TYPE_ERROR, "must be either number (ns) or [number (ns), string (tz)] but got string"},
    {"time.date([])", TYPE_ERROR, "must be either number (ns) or [number (ns), string (tz)] but got array"},
    {"time.date([\"a\"])", TYPE_ERROR, "operand 1 must be number but got string"},
    {"time.date([1, 2])", TYPE_ERROR, "operand 1 must be string but got number"},
    {"time.format([1, \"\", 2])", TYPE_ERROR, "operand 1 must be string but got number"},
    {"time.date([1, \"Nowhere/City\"])", BUILTIN_ERROR, "unknown time zone Nowhere/City"},
    {"time.date([1, \"Local\"])", BUILTIN_ERROR, "unknown time zone Local"},
    {"time.date([1, \"../../etc/passwd\"])", BUILTIN_ERROR, "unknown time zone"},
    {"time.date([1, \"europe/berlin\"])", BUILTIN_ERROR, "unknown time zone"},
    {"time.clock(9223372036854775808)", BUILTIN_ERROR, "timestamp too big"},
    {"time.clock(1.5)", BUILTIN_ERROR, "timestamp too big"},
    {"time.add_date(0, 1, 1, \"a\")", TYPE_ERROR, "operand 4 must be number but got string"},
    {"time.add_date(0, 1.5, 1, 1)", TYPE_ERROR, "operand 2 must be integer number"},
    {"time.add_date(0, 293, 0, 0)", BUILTIN_ERROR, "time outside of valid range"},
    {"time.add_date(0, 0, 9223372036854775807, 0)", BUILTIN_ERROR, "time outside of valid range"},
    {"time.add_date(0, -1000000000, 0, 0)", BUILTIN_ERROR, "time outside of valid range"},
    {"time.add_date(-9223372036854775808, 0, 0, -1)", BUILTIN_ERROR, "time outside of valid range"},
    {"time.diff(1, null)", TYPE_ERROR, "but got null"},
    {"time.parse_duration_ns(1)", TYPE_ERROR, "must be string but got number"},
    {"time.parse_duration_ns(\"\")", BUILTIN_ERROR, "time: invalid duration \"\""},
    {"time.parse_duration_ns(\"1\")", BUILTIN_ERROR, "time: missing unit in duration \"1\""},
    {"time.parse_duration_ns(\"1d\")", BUILTIN_ERROR, "time: unknown unit \"d\" in duration \"1d\""},
    {"time.parse_duration_ns(\".s\")", BUILTIN_ERROR, "time: invalid duration"},
    {"time.parse_duration_ns(\"-\")", BUILTIN_ERROR, "time: invalid duration"},
    {"time.parse_duration_ns(\"1h 2m\")", BUILTIN_ERROR, "time: unknown unit \"h \""},
    {"time.parse_duration_ns(\"9223372036854775808ns\")", BUILTIN_ERROR, "time: invalid duration"},
    {"time.parse_duration_ns(\"99999999999999999999ns\")", BUILTIN_ERROR, "time: invalid duration"},
    {"time.parse_duration_ns(\"2562048h\")", BUILTIN_ERROR, "time: invalid duration"},
    {"time.parse_duration_ns(\"2562047h60m\")", BUILTIN_ERROR, "time: invalid duration"},
};

static const struct row parsed[] = {
    {"time.now_ns()", "1700000000000000000"},
    {"time.parse_rfc3339_ns(\"1970-01-01T00:00:00Z\")", "0"},
    {"time.parse_rfc3339_ns(\"2017-06-02T19:00:00.123456789-07:00\")", "1496455200123456789"},
    {"time.parse_rfc3339_ns(\"1969-12-31T23:59:59.5Z\")", "-500000000"},
    {"time.parse_rfc3339_ns(\"2262-04-11T23:47:16.854775807Z\")", "9223372036854775807"},
    {"time.parse_rfc3339_ns(\"1677-09-21T00:12:43.145224192Z\")", "-9223372036854775808"},
    {"time.parse_rfc3339_ns(\"2020-02-29T1:04:05,1234567891Z\")", "1582938245123456789"},
    {"time.parse_ns(\"RFC850\", \"Friday, 02-Jun-17 19:00:00 UTC\")", "1496430000000000000"},
    {"time.parse_ns(\"ANSIC\", \"fri JUN  2 19:00:00 2017\")", "1496430000000000000"},
    {"time.parse_ns(\"January 2 2006 3:04pm\", \"June 02 2017 7:00pm\")", "1496430000000000000"},
    {"time.parse_ns(\"06 01 __2 PM\", \"70 01   1 AM\")", "0"},
    {"time.parse_ns(\"2006 __2\", \"2020  60\")", "1582934400000000000"},
    {"time.parse_ns(\"2006002\", \"2021060\")", "1614556800000000000"},
    {"time.parse_ns(\"2006 -070000\", \"1970 +000001\")", "-1000000000"},
    {"time.parse_ns(\"2006 Z07:00:00\", \"1970 -00:00:01\")", "1000000000"},
    {"time.parse_ns(\"2006 Z07\", \"1970 -01\")", "3600000000000"},
    {"time.parse_ns(\"2006 -0700\", \"1970 -0130\")", "5400000000000"},
    {"[time.parse_ns(\"2006 MST\", x) | some x in [\"1970 CEST\", \"1970 GMT+3\", \"1970 +03\", \"1970 WITA\", "
     "\"1970 ChST\", \"1970 ABCDT\"]]",
     "[0,0,0,0,0,0]"},
    {"time.parse_ns(\"2006 15:04:05.999\", \"1970 00:00:00\")", "0"},
    {"time.parse_ns(\"2006 15:04:05.999\", \"1970 00:00:00.25\")", "250000000"},
    {"time.parse_ns(\"2006 05.000\", \"1970 00.123\")", "123000000"},
    {"time.parse_ns(\"2006_2006\", \"1970_1970\")", "0"},
    {"time.parse_ns(\"2006 Janitor\", \"1970 Janitor\")", "0"},
    {"time.parse_ns(\"3PM 2006\", \"12AM 1970\")", "0"},
    {"time.parse_ns(\"3pm 2006\", \"12pm 1970\")", "43200000000000"},
    {"time.parse_duration_ns(\"0\")", "0"},
    {"time.parse_duration_ns(\"-0\")", "0"},
    {"time.parse_duration_ns(\"1h15m30.918s\")", "4530918000000"},
    {"time.parse_duration_ns(\"-1.5h\")", "-5400000000000"},
    {"time.parse_duration_ns(\"+.5ms1us2\xc2\xb5s3\xce\xbcs4ns\")", "506004"},
    {"time.parse_duration_ns(\"1.s\")", "1000000000"},
    {"time.parse_duration_ns(\"-9223372036854775808ns\")", "-9223372036854775808"},
    {"time.parse_duration_ns(\"0.100000000000000000000h\")", "360000000000"},
    {"time.parse_duration_ns(\"0.9223372036854775807h\")", "3320413933267"},
};

static const struct row shown[] = {
    {"time.date(1582977600000000000)", "[2020,2,29]"},
    {"time.date(-1)", "[1969,12,31]"},
    {"time.date(-9223372036854775808)", "[1677,9,21]"},
    {"time.clock([-1, \"\"])", "[23,59,59]"},
    {"time.date([1517814000000000000, \"America/Los_Angeles\"])", "[2018,2,4]"},
    {"time.clock([1517832000000000000, \"America/New_York\"])", "[7,0,0]"},
    {"time.clock([1.0, \"UTC\"])", "[0,0,0]"},
    {"time.weekday(0)", "\"Thursday\""},
    {"time.weekday([0, \"America/New_York\"])", "\"Wednesday\""},
    {"time.weekday(-9223372036854775808)", "\"Tuesday\""},
    {"time.format(1670006453141828752)", "\"2022-12-02T18:40:53.141828752Z\""},
    {"time.format(1670006453734390000)", "\"2022-12-02T18:40:53.73439Z\""},
    {"time.format([1670006453141828752, \"Asia/Kolkata\"])", "\"2022-12-03T00:10:53.141828752+05:30\""},
    {"time.format([1670006453141828752, \"Asia/Kolkata\", \"RFC1123Z\"])", "\"Sat, 03 Dec 2022 00:10:53 +0530\""},
    {"time.format([1670006453141828752, \"Europe/Berlin\", \"UnixDate\"])", "\"Fri Dec  2 19:40:53 CET 2022\""},
    {"time.format([1655000000000000000, \"Europe/Berlin\", \"RFC822\"])", "\"12 Jun 22 04:13 CEST\""},
    {"time.format([1655000000000000000, \"\", \"Jan January 1 01 Mon Monday 2 _2 02 __2 002 06 2006 3 03 15 4 04 5 05 "
     "PM pm\"])",
     "\"Jun June 6 06 Sun Sunday 12 12 12 163 163 22 2022 2 02 02 13 13 20 20 AM am\""},
    {"time.format([1656788645120000000, \"\", \"_2 __2 3 4 5 .000 ,000000 .999 .0x .09 PM MST Z07 -07 Z0700\"])",
     "\" 2 183 7 4 5 .120 ,120000 .12 .1x .09 PM UTC Z +00 Z\""},
    {"time.format([0, \"America/St_Johns\", \"-07 -0700 -07:00 -070000 -07:00:00 Z07 Z070000 Z07:00:00 MST\"])",
     "\"-03 -0330 -03:30 -033000 -03:30:00 -03 -033000 -03:30:00 NST\""},
    {"time.format([0, \"Asia/Kathmandu\", \"MST\"])", "\"+0530\""},
    {"time.format([0, \"\", \"no parts at all\"])", "\"no parts at all\""},
    {"time.format([0, \"\", \"Janet Monk\"])", "\"Janet Monk\""},
    {"time.add_date(1585852421593912000, 3, 9, 12)", "1705257221593912000"},
    {"time.add_date(1585852421593912000, -1, -1, -1)", "1551465221593912000"},
    {"time.add_date(0, 0, 13, 0)", "34214400000000000"},
    {"time.add_date(0, 1000, -12000, 1)", "86400000000000"},
    {"time.diff(time.parse_ns(\"2006-01-02\", \"2004-02-29\"), time.parse_ns(\"2006-01-02\", \"2005-03-01\"))",
     "[1,0,1,0,0,0]"},
    {"time.diff(61000000000, 0)", "[0,0,0,0,1,1]"},
    {"time.diff([60000000000, \"UTC\"], [0, \"Asia/Shanghai\"])", "[0,0,0,0,1,0]"},
    {"time.diff(time.parse_ns(\"2006-01-02\", \"2020-03-31\"), time.parse_ns(\"2006-01-02\", \"2020-05-01\"))",
     "[0,1,1,0,0,0]"},
};

/* Changes of clocks: right before and at them, by the table and by the rule of later years; skipped and doubled. */
static const struct row zones_[] = {
    {"time.clock([1711846799000000000, \"Europe/Berlin\"])", "[1,59,59]"},
    {"time.clock([1711846800000000000, \"Europe/Berlin\"])", "[3,0,0]"},
    {"time.clock([1729990799000000000, \"Europe/Berlin\"])", "[2,59,59]"},
    {"time.clock([1729990800000000000, \"Europe/Berlin\"])", "[2,0,0]"},
    {"time.format([4110000000000000000, \"America/New_York\", \"RFC1123Z\"])", "\"Mon, 29 Mar 2100 06:40:00 -0400\""},
    {"time.format([4100000000000000000, \"America/New_York\", \"RFC1123Z\"])", "\"Thu, 03 Dec 2099 11:53:20 -0500\""},
    {"time.format([4100000000000000000, \"Australia/Sydney\", \"RFC1123Z\"])", "\"Fri, 04 Dec 2099 03:53:20 +1100\""},
    {"time.format([4110000000000000000, \"Europe/Dublin\", \"RFC1123\"])", "\"Mon, 29 Mar 2100 11:40:00 IST\""},
    {"time.format([4100000000000000000, \"Europe/Dublin\", \"RFC1123\"])", "\"Thu, 03 Dec 2099 16:53:20 GMT\""},
    {"time.format([-9000000000000000000, \"Europe/Berlin\", \"-07:00:00 MST\"])", "\"+00:53:28 LMT\""},
    {"time.format([-800000000000000000, \"Europe/Berlin\", \"RFC1123\"])", "\"Fri, 25 Aug 1944 19:46:40 CEST\""},
    {"time.add_date([1711760400000000000, \"Europe/Berlin\"], 0, 0, 1)", "1711846800000000000"},
    {"time.add_date([1711763999000000000, \"Europe/Berlin\"], 0, 0, 1) - 1711763999000000000", "86400000000000"},
    {"time.format([time.add_date([1729900800000000000, \"Europe/Berlin\"], 0, 0, 1), \"Europe/Berlin\"])",
     "\"2024-10-27T02:00:00+01:00\""},
    {"time.clock([0, \"Etc/GMT+5\"])", "[19,0,0]"},
    {"time.clock([0, \"Zulu\"])", "[0,0,0]"},
    /* a rule that was not in force yet: summer time had ended a week before the rule's own day */
    {"time.format([1667203200000000000, \"America/Ojinaga\", \"MST -07\"])", "\"CST -06\""},
    {"time.format([1678608000000000000, \"America/Ojinaga\", \"MST -07\"])", "\"CDT -05\""},
    {"time.format([1200000000000000000, \"Antarctica/Troll\", \"-07:00\"])", "\"+00:00\""},
    {"time.format([900000000000000000, \"Antarctica/Troll\", \"-07:00\"])", "\"+00:00\""},
    {"time.clock([1720000000000000000, \"Africa/Casablanca\"])", "[10,46,40]"},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_EMPTY);
}

static void test_parsed(void **state)
{
    (void)state;
    CALL_ROWS(parsed, BYTES_EMPTY);
}

static void test_shown(void **state)
{
    (void)state;
    CALL_ROWS(shown, BYTES_EMPTY);
}

static void test_zones(void **state)
{
    (void)state;
    CALL_ROWS(zones_, BYTES_EMPTY);
}

static void test_limits(void **state)
{
    (void)state;
    call_limit("time.format([0, \"\", sprintf(\"%900000s\", [\"2006\"])])", 0);
    call_limit("time.format([0, \"\", sprintf(\"%200000s\", [\"2006\"])])", 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_parsed), cmocka_unit_test(test_shown),
        cmocka_unit_test(test_zones),    cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
