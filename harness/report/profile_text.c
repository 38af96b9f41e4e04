#include "report/profile_text.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"

/* --- Units (internal/measurement of github.com/google/pprof) --- */

struct unit {
    const char *name;
    const char *aliases; /* between blanks, in lower case and without an "s" at the end */
    double factor;
};

static const struct unit_type {
    const char *name; /* of the unit that is shown where no other fits */
    double factor;
    struct unit units[6];
} unit_types[] = {
    {"B",
     1,
     {{"B", " b byte ", 1},
      {"kB", " kb kbyte kilobyte ", 0x1p10},
      {"MB", " mb mbyte megabyte ", 0x1p20},
      {"GB", " gb gbyte gigabyte ", 0x1p30},
      {"TB", " tb tbyte terabyte ", 0x1p40},
      {"PB", " pb pbyte petabyte ", 0x1p50}}},
    {"s",
     1e9,
     {{"ns", " ns nanosecond ", 1},
      {"us", " \u03bcs us microsecond ", 1e3},
      {"ms", " ms millisecond ", 1e6},
      {"s", " s sec second ", 1e9},
      {"hrs", " hour hr ", 3600e9}}},
};

static const struct unit *unit_by_name(const struct unit_type *type, const char *name)
{
    _cleanup_free_ char *alias = memory_format(" %s ", name);
    size_t length = strlen(name);
    for (char *c = alias; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    if (length > 2 && alias[length] == 's')
        memcpy(alias + length, " ", 2);
    for (size_t i = 0; i < COUNT_OF(type->units) && type->units[i].name != NULL; i++)
        if (strstr(type->units[i].aliases, alias) != NULL)
            return &type->units[i];
    return NULL;
}

static bool is_suggested(const char *to)
{
    return strcmp(to, "minimum") == 0 || strcmp(to, "auto") == 0;
}

/* The value in the unit `to`, and what is written behind it. */
static double scaled(int64_t value, const char *unit, const char *to, const char **suffix)
{
    for (size_t i = 0; i < COUNT_OF(unit_types); i++) {
        const struct unit_type *type = &unit_types[i];
        const struct unit *from = unit_by_name(type, unit);
        if (from == NULL)
            continue;
        double base = (double)value * from->factor, factor = 0;
        *suffix = type->name;
        for (size_t j = 0; is_suggested(to) && j < COUNT_OF(type->units); j++)
            if (type->units[j].name != NULL && fabs(base) / type->units[j].factor >= 1) {
                factor = type->units[j].factor;
                *suffix = type->units[j].name;
            }
        const struct unit *wanted = is_suggested(to) ? NULL : unit_by_name(type, to);
        if (wanted != NULL) {
            factor = wanted->factor;
            *suffix = wanted->name;
        }
        return base / (factor > 0 ? factor : type->factor);
    }
    static const char *const plain[] = {"count", "sample", "unit", "minimum", "auto", NULL};
    *suffix = text_is_one_of(to, plain) ? "" : to;
    return (double)value;
}

char *profile_label(int64_t value, const char *unit, const char *to)
{
    const char *suffix = "";
    _cleanup_free_ char *number = memory_format("%.2f", scaled(value, unit, to, &suffix));
    if (text_ends(number, ".00"))
        number[strlen(number) - 3] = '\0';
    bool is_zero = strcmp(number, "0") == 0 || strcmp(number, "-0") == 0;
    return is_zero ? memory_copy_text("0") : memory_format("%s%s", number, suffix);
}

char *profile_percentage(int64_t value, int64_t total)
{
    double share = total != 0 ? fabs((double)value / (double)total) * 100 : 0;
    if (share >= 99.95 && share <= 100.05)
        return memory_copy_text("  100%");
    return share >= 1 ? memory_format("%5.2f%%", share) : memory_format("%5.2g%%", share);
}

/* One unit for all rows: that of the smallest one, but no smaller than a hundredth of it is still
 * seen where the total is much larger. */
static const char *unit_of_rows(const struct profile_top *top)
{
    const char *unit = top->kind.units[top->index], *least_unit = "", *total_unit = "";
    int64_t least = 0;
    for (size_t i = 0; i < top->count; i++) {
        int64_t value = top->rows[i].flat != 0 ? top->rows[i].flat : top->rows[i].cum;
        value = value == INT64_MIN ? INT64_MAX : value < 0 ? -value : value;
        least = value > 0 && (least == 0 || value < least) ? value : least;
    }
    least = least == 0 ? top->total : least;
    scaled(least, unit, "minimum", &least_unit);
    scaled(top->total, unit, "minimum", &total_unit);
    if (strcmp(least_unit, total_unit) != 0 && least <= (top->total - 1) / 100)
        scaled(100 * least, unit, "minimum", &least_unit);
    return *least_unit != '\0' ? least_unit : unit;
}

/* --- Text --- */

/* Right-aligned in so many columns. */
static void put_label(struct buffer *out, int width, int64_t value, const struct profile_top *top,
                      const char *to)
{
    _cleanup_free_ char *label = profile_label(value, top->kind.units[top->index], to);
    buffer_format(out, "%*s", width, label);
}

static void put_header(const struct profile_top *top, const char *to, struct buffer *out)
{
    _cleanup_free_ char *share = profile_percentage(top->shown, top->total);
    buffer_text(out, "Showing functions accounting for ");
    put_label(out, 0, top->shown, top, to);
    buffer_format(out, ", %s of ", share + strspn(share, " "));
    put_label(out, 0, top->total, top, to);
    buffer_text(out, " total\n");
    if (top->left_out > 0 && top->total != 0) {
        buffer_format(out, "Left out %zu function%s (cum <= ", top->left_out,
                      top->left_out == 1 ? "" : "s");
        put_label(out, 0, top->least, top, to);
        buffer_text(out, ")\n");
    }
    if (top->count < top->functions)
        buffer_format(out, "Showing top %zu functions out of %zu\n", top->count, top->functions);
}

void profile_text(const struct profile_top *top, const char *title, struct buffer *out)
{
    const char *to = unit_of_rows(top);
    const char *twin = top->twin < 0 ? NULL : top->kind.types[top->twin];
    int64_t sum = 0;
    _cleanup_free_ char *harmless_title = text_harmless(title, false);
    _cleanup_free_ char *type = text_harmless(top->kind.types[top->index], false);
    buffer_format(out, "%s: %s\n", type, harmless_title);
    put_header(top, to, out);
    buffer_format(out, "%10s %5s%% %5s%% %10s %5s%% ", "flat", "flat", "sum", "cum", "cum");
    buffer_format(out, twin != NULL ? "%10s " : "%s",
                  twin == NULL                  ? ""
                  : text_ends(twin, "_objects") ? "objects"
                                                : "bytes");
    buffer_text(out, " function\n");
    for (size_t i = 0; i < top->count; i++) {
        const struct profile_row *row = &top->rows[i];
        sum = (int64_t)((uint64_t)sum + (uint64_t)row->flat);
        _cleanup_free_ char *of_flat = profile_percentage(row->flat, top->total);
        _cleanup_free_ char *of_sum = profile_percentage(sum, top->total);
        _cleanup_free_ char *of_cum = profile_percentage(row->cum, top->total);
        _cleanup_free_ char *function = text_harmless(row->function, false);
        put_label(out, 10, row->flat, top, to);
        buffer_format(out, " %s %s ", of_flat, of_sum);
        put_label(out, 10, row->cum, top, to);
        buffer_format(out, " %s ", of_cum);
        if (twin != NULL) {
            _cleanup_free_ char *other =
                profile_label(row->twin, top->kind.units[top->twin], "auto");
            buffer_format(out, "%10s ", other);
        }
        buffer_format(out, " %s", function);
        if (row->where != NULL) {
            _cleanup_free_ char *where = text_harmless(row->where, false);
            buffer_format(out, "  %s", where);
        }
        buffer_char(out, '\n');
    }
}

/* --- JSON --- */

json_t *profile_to_json(const struct profile_top *top)
{
    json_t *object = json_object(), *rows = json_array();
    json_put(object, "type", json_text(top->kind.types[top->index]));
    json_put(object, "unit", json_text(top->kind.units[top->index]));
    json_put(object, "total", json_integer(top->total));
    json_put(object, "shown", json_integer(top->shown));
    json_put(object, "functions", json_integer((json_int_t)top->functions));
    json_put(object, "left_out", json_integer((json_int_t)top->left_out));
    for (size_t i = 0; i < top->count; i++) {
        const struct profile_row *row = &top->rows[i];
        json_t *item = json_object();
        json_put(item, "function", json_text(row->function));
        json_put(item, "flat", json_integer(row->flat));
        json_put(item, "cum", json_integer(row->cum));
        if (top->twin >= 0)
            json_put(item, text_ends(top->kind.types[top->twin], "_objects") ? "objects" : "bytes",
                     json_integer(row->twin));
        if (row->where != NULL)
            json_put(item, "where", json_text(row->where));
        json_push(rows, item);
    }
    json_put(object, "rows", rows);
    return object;
}
