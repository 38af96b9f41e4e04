#include "journal/samples.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/fields.h"
#include "journal/record_json.h"

struct function_record {
    int64_t number;
    const char *name;
    const char *file; /* NULL: not known */
};

struct holder_record {
    int64_t number;
    enum gauge gauge;
    const char *text; /* or a stack of functions, from the leaf */
    json_t *stack;
    json_t *lines; /* of each function of the stack; NULL: not known */
};

struct sample_record {
    enum phase phase;
    int64_t iteration;
    int64_t step;
    double at;
    double slept;
    double took;
    json_t *gauges;   /* by name */
    json_t *holdings; /* [holder, value] or [holder, objects, bytes] each */
};

static const struct field function_fields[] = {
    FIELD(struct function_record, number),
    FIELD(struct function_record, name),
    FIELD(struct function_record, file),
    {.key = NULL},
};

static const struct field holder_fields[] = {
    FIELD(struct holder_record, number), FIELD(struct holder_record, gauge),
    FIELD(struct holder_record, text),   FIELD(struct holder_record, stack),
    FIELD(struct holder_record, lines),  {.key = NULL},
};

static const struct field sample_fields[] = {
    FIELD(struct sample_record, phase),
    FIELD(struct sample_record, iteration),
    FIELD(struct sample_record, step),
    FIELD(struct sample_record, at),
    FIELD(struct sample_record, slept),
    FIELD(struct sample_record, took),
    FIELD(struct sample_record, gauges),
    FIELD(struct sample_record, holdings),
    {.key = NULL},
};

/* --- Writing --- */

json_t *function_to_json(const struct holder_table *holders, uint32_t number)
{
    const struct function_record record = {number, holder_table_function_name(holders, number),
                                           holder_table_file(holders, number)};
    json_t *object = record_object(RECORD_FUNCTION);
    fields_write(function_fields, &record, object);
    return object;
}

json_t *holder_to_json(const struct holder_table *holders, uint32_t number)
{
    struct holder holder = holder_table_get(holders, number);
    _cleanup_json_ json_t *stack = holder.text == NULL ? json_array() : NULL;
    for (uint32_t i = 0; stack != NULL && i < holder.depth; i++)
        json_push(stack, json_integer(holder.functions[i]));
    const uint32_t *numbers = stack != NULL ? holder_table_lines(holders, number) : NULL;
    _cleanup_json_ json_t *lines = numbers != NULL ? json_array() : NULL;
    for (uint32_t i = 0; numbers != NULL && i < holder.depth; i++)
        json_push(lines, json_integer(numbers[i]));
    const struct holder_record record = {number, holder.gauge, holder.text, stack, lines};
    json_t *object = record_object(RECORD_HOLDER);
    fields_write(holder_fields, &record, object);
    return object;
}

static void push_difference(json_t *differences, struct holding holding)
{
    json_t *row = json_array();
    json_push(row, json_integer(holding.holder));
    json_push(row, json_integer(holding.value));
    if (holding.bytes != 0)
        json_push(row, json_integer((json_int_t)holding.bytes));
    json_push(differences, row);
}

/* Both lists are sorted by holder; one that stands only in `last` holds nothing any more. */
static json_t *holding_differences(const struct holding_list *last, const struct holding_list *list)
{
    json_t *differences = json_array();
    for (size_t old = 0, new = 0;;) {
        const struct holding *before = old < last->count ? &last->items[old] : NULL;
        const struct holding *now = new < list->count ? &list->items[new] : NULL;
        if (before == NULL && now == NULL)
            return differences;
        if (now == NULL || (before != NULL && before->holder < now->holder)) {
            push_difference(differences, (struct holding){.holder = before->holder});
            old++;
            continue;
        }
        bool same = before != NULL && before->holder == now->holder;
        if (!same || before->value != now->value || before->bytes != now->bytes)
            push_difference(differences, *now);
        new ++;
        old += same;
    }
}

/* Whole numbers as such: "fd":25 is what a person expects to read. */
static json_t *plain_number(double value)
{
    bool whole = value == floor(value) && fabs(value) < 9e15;
    return whole ? json_integer((json_int_t)value) : json_number(value);
}

json_t *sample_to_json(const struct sample *sample, const struct holding_list *before)
{
    _cleanup_json_ json_t *gauges = json_object();
    _cleanup_json_ json_t *holdings = holding_differences(before, &sample->holdings);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (isfinite(sample->gauges[gauge]))
            json_put(gauges, gauge_info(gauge)->name, plain_number(sample->gauges[gauge]));
    const struct sample_record record = {
        .phase = sample->phase,
        .iteration = sample->iteration,
        .step = sample->step > 0 ? (int64_t)sample->step : JOURNAL_ABSENT,
        .at = sample->at,
        .slept = sample->slept > 0 ? sample->slept : NAN,
        .took = sample->took,
        .gauges = gauges,
        .holdings = holdings,
    };
    json_t *object = record_object(RECORD_SAMPLE);
    fields_write(sample_fields, &record, object);
    return object;
}

/* --- Reading --- */

static const char *take_function(const struct function_record *record, struct holder_table *table)
{
    size_t before = holder_table_function_count(table);
    if (record->name == NULL)
        return "a function without a name";
    if (record->number != (int64_t)before)
        return "a function's number is out of order";
    uint32_t number = holder_table_function(table, record->name, strlen(record->name));
    if (record->file != NULL)
        holder_table_set_file(table, number, record->file, strlen(record->file));
    return holder_table_function_count(table) > before ? NULL : "a function stands twice";
}

/* `lines` may be NULL. */
static const char *add_stack(struct holder_table *table, enum gauge gauge, const json_t *stack,
                             const json_t *lines)
{
    size_t depth = json_array_size(stack);
    if (depth > LIMIT_PROFILE_STACK)
        return "a stack is deeper than the limit";
    uint32_t functions[LIMIT_PROFILE_STACK] = {0}, numbers[LIMIT_PROFILE_STACK] = {0};
    for (size_t i = 0; i < depth; i++) {
        const json_t *number = json_array_get(stack, i);
        json_int_t value = json_integer_value(number);
        if (!json_is_integer(number) || value < 0 ||
            (size_t)value >= holder_table_function_count(table))
            return "a stack names an unknown function";
        functions[i] = (uint32_t)value;
        json_int_t line = json_integer_value(json_array_get(lines, i));
        numbers[i] = line > 0 && line <= UINT32_MAX ? (uint32_t)line : 0;
    }
    uint32_t holder = holder_table_stack(table, gauge, functions, (uint32_t)depth);
    if (lines != NULL)
        holder_table_set_lines(table, holder, numbers);
    return NULL;
}

static const char *take_holder(const struct holder_record *record, struct holder_table *table)
{
    size_t before = holder_table_count(table);
    const char *problem = NULL;
    if (record->gauge == GAUGE_COUNT)
        return "a holder of an unknown gauge";
    if (record->number != (int64_t)before)
        return "a holder's number is out of order";
    if (record->text != NULL)
        holder_table_text(table, record->gauge, record->text);
    else if (json_is_array(record->stack))
        problem = add_stack(table, record->gauge, record->stack, record->lines);
    else
        problem = "a holder has neither text nor stack";
    if (problem == NULL && holder_table_count(table) == before)
        problem = "a holder stands twice";
    return problem;
}

static bool parse_differences(const json_t *rows, size_t holders, struct holding *differences)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *row = json_array_get(rows, i);
        json_int_t holder = 0, value = 0, bytes = 0;
        const char *format = json_array_size(row) > 2 ? "[III]" : "[II]";
        if (json_unpack(row, format, &holder, &value, &bytes) != 0 || holder < 0 ||
            (size_t)holder >= holders || value < 0 || value > UINT32_MAX || bytes < 0 ||
            (i > 0 && holder <= differences[i - 1].holder))
            return false;
        differences[i] = (struct holding){(uint32_t)holder, (uint32_t)value, (uint64_t)bytes};
    }
    return true;
}

/* The holdings of the sample before with the differences put in; both are sorted by holder. */
static void apply_differences(const struct holding_list *last, const struct holding *differences,
                              size_t count, struct holding_list *merged)
{
    size_t old = 0, new = 0;
    while (old < last->count || new < count) {
        const struct holding *before = old < last->count ? &last->items[old] : NULL;
        if (before != NULL && (new == count || before->holder < differences[new].holder)) {
            holding_list_add(merged, *before);
            old++;
            continue;
        }
        old += before != NULL && before->holder == differences[new].holder;
        if (differences[new].value > 0 || differences[new].bytes > 0)
            holding_list_add(merged, differences[new]);
        new ++;
    }
}

static const char *take_holdings(const json_t *rows, const struct series *series,
                                 struct holding_list *holdings)
{
    const struct holding_list none = {0};
    const struct holding_list *last =
        series->count > 0 ? &series->samples[series->count - 1].holdings : &none;
    size_t count = json_array_size(rows), most = last->count + count;
    _cleanup_free_ struct holding *differences = memory_array(count + 1, sizeof *differences);
    if (!parse_differences(rows, holder_table_count(series->holders), differences))
        return "a sample's holdings are not as they should be";
    *holdings = (struct holding_list){.items = memory_array(most + 1, sizeof *differences),
                                      .capacity = most + 1};
    apply_differences(last, differences, count, holdings);
    return NULL;
}

static const char *take_gauges(const json_t *gauges, struct sample *sample)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const json_t *value = json_object_get(gauges, gauge_info(gauge)->name);
        sample->gauges[gauge] = value != NULL ? json_number_value(value) : NAN;
        if (value != NULL && (!json_is_number(value) || !isfinite(sample->gauges[gauge])))
            return "a gauge of a sample is not a number";
    }
    return NULL;
}

static const char *take_sample(const struct sample_record *record, struct series *series,
                               size_t *holdings)
{
    int64_t step = journal_number(record->step, 0);
    struct sample sample = {
        .phase = record->phase,
        .iteration = (unsigned)record->iteration,
        .step = (unsigned)step,
        .at = record->at,
        .slept = isfinite(record->slept) ? record->slept : 0,
        .took = isfinite(record->took) ? record->took : 0,
    };
    if (sample.phase == PHASE_COUNT || !isfinite(sample.at) || record->iteration < 0 ||
        record->iteration > UINT32_MAX || step < 0 || step > UINT32_MAX)
        return "a sample without its phase, iteration or time";
    if (series->count >= LIMIT_JOURNAL_SAMPLES)
        return "more samples than the limit LIMIT_JOURNAL_SAMPLES";
    const char *problem = take_gauges(record->gauges, &sample);
    if (problem == NULL)
        problem = take_holdings(record->holdings, series, &sample.holdings);
    if (problem != NULL)
        return problem;
    *holdings += sample.holdings.count;
    series_append(series, &sample);
    return *holdings <= LIMIT_JOURNAL_HOLDINGS
               ? NULL
               : "the samples hold more than the limit LIMIT_JOURNAL_HOLDINGS";
}

const char *sample_record_read(const char *name, const json_t *object, struct series *series,
                               size_t *holdings)
{
    const char *problem = NULL;
    if (strcmp(name, RECORD_FUNCTION) == 0) {
        struct function_record record;
        fields_read(function_fields, object, &record, NULL, NULL);
        problem = take_function(&record, series->holders);
        fields_free(function_fields, &record);
    } else if (strcmp(name, RECORD_HOLDER) == 0) {
        struct holder_record record;
        fields_read(holder_fields, object, &record, NULL, NULL);
        problem = take_holder(&record, series->holders);
        fields_free(holder_fields, &record);
    } else if (strcmp(name, RECORD_SAMPLE) == 0) {
        struct sample_record record;
        fields_read(sample_fields, object, &record, NULL, NULL);
        problem = take_sample(&record, series, holdings);
        fields_free(sample_fields, &record);
    }
    return problem;
}
