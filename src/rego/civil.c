#include "rego/civil.h"

#define ERA_YEARS 400
#define ERA_DAYS  146097
#define EPOCH_DAY 719468 /* 1970-01-01, counted from 0000-03-01 */

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

bool civil_is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int civil_days_in(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && civil_is_leap(year));
}

/* Years begin in March, so that the leap day is the last. */
int64_t civil_days(int64_t year, int64_t month, int64_t day)
{
    year += floor_divide(month - 1, 12);
    month = month - 1 - floor_divide(month - 1, 12) * 12 + 1;
    year -= month <= 2;
    int64_t era = floor_divide(year, ERA_YEARS);
    int64_t year_of_era = year - era * ERA_YEARS;
    int64_t march_month = (month + 9) % 12;
    int64_t day_of_year = (153 * march_month + 2) / 5;
    return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_DAY + day - 1;
}

struct civil civil_of(int64_t sec)
{
    struct civil c;
    int64_t days = floor_divide(sec, CIVIL_DAY);
    int clock = (int)(sec - days * CIVIL_DAY);
    int64_t from_march = days + EPOCH_DAY;
    int64_t era = floor_divide(from_march, ERA_DAYS);
    int64_t day_of_era = from_march - era * ERA_DAYS;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    c.day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    c.month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    c.year = year_of_era + era * ERA_YEARS + (c.month <= 2);
    c.hour = clock / 3600;
    c.minute = clock / 60 % 60;
    c.second = clock % 60;
    c.weekday = (int)(days + 4 - floor_divide(days + 4, 7) * 7);
    c.yearday = (int)(days - civil_days(c.year, 1, 1) + 1);
    return c;
}
