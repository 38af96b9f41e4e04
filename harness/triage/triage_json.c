#include <string.h>

#include "base/memory.h"
#include "report/profile_text.h"
#include "triage/triage_text.h"
#include "verdict/program_functions.h"

static json_t *counts_json(const struct named_counts *counts)
{
    json_t *object = json_object();
    for (size_t i = 0; i < counts->count; i++)
        json_put(object, counts->items[i].name, json_integer(counts->items[i].count));
    return object;
}

static json_t *process_json(const struct triage *triage)
{
    const struct found_process *process = triage->process;
    json_t *object = json_object();
    if (process != NULL && process->pid != 0) {
        char state[2] = {triage->state, '\0'};
        json_put(object, "pid", json_integer(process->pid));
        json_put(object, "started", json_integer(process->started));
        json_put_text(object, "name", process->name);
        json_put_text(object, "command", process->command);
        json_put_text(object, "directory", process->directory);
        json_put_text(object, "terminal", process->terminal);
        json_put_text(object, "state", state);
    }
    json_put_text(object, "go", triage->build.go_version);
    json_put_text(object, "module", triage->build.module);
    json_put_text(object, "version", triage->build.version);
    json_put(object, "pprof", triage->port != 0 ? json_integer(triage->port) : json_null());
    return object;
}

static json_t *flags_json(const struct triage *triage)
{
    json_t *array = json_array();
    for (size_t i = 0; i < triage->flag_count; i++) {
        const struct flag *flag = &triage->flags[i];
        json_t *object = json_object();
        json_put_text(object, "name", flag->row->name);
        json_put(object, "figure", json_number(flag->figure));
        json_put(object, "healthy", json_number(flag->row->most));
        json_put_text(object, "what", flag->what);
        json_put_text(object, "text", flag->row->means);
        json_put_text(object, "next", flag->row->next);
        json_push(array, object);
    }
    return array;
}

static json_t *part_json(const struct memory_part *part)
{
    return json_pack("{s:i,s:f,s:f,s:f,s:f}", "regions", (int)part->regions, "size", part->size,
                     "rss", part->rss, "pss", part->pss, "swap", part->swap);
}

static json_t *memory_json(const struct triage *triage)
{
    const struct memstats *stats = &triage->stats;
    json_t *object = json_object(), *kinds = json_object();
    json_put(object, "rss", json_number(triage->rss));
    json_put(object, "peak", json_number(triage->peak));
    json_put(object, "total", part_json(&triage->map.total));
    for (unsigned kind = 0; kind < MEMORY_KINDS; kind++)
        json_put(kinds, memory_kind_name(kind), part_json(&triage->map.parts[kind]));
    json_put(object, "kinds", kinds);
    json_put(object, "heap_alloc", json_number(stats->heap_alloc));
    json_put(object, "heap_inuse", json_number(stats->heap_inuse));
    json_put(object, "heap_idle", json_number(stats->heap_idle));
    json_put(object, "heap_released", json_number(stats->heap_released));
    return object;
}

static json_t *databases_json(const struct triage *triage)
{
    json_t *array = json_array();
    for (size_t i = 0; i < triage->database_count; i++) {
        const struct database *database = &triage->databases[i];
        json_t *object = json_object(), *locks = json_array();
        for (size_t j = 0; j < database->lock_count; j++) {
            const struct database_lock *lock = &database->locks[j];
            json_push(locks, json_pack("{s:o,s:s,s:b,s:b}", "owner", json_text(lock->owner), "lock",
                                       lock->lock, "other", lock->other, "blocks", lock->blocks));
        }
        json_put_text(object, "path", database->path);
        json_put(object, "bytes", json_number(database->bytes));
        json_put(object, "wal_bytes", json_number(database->wal_bytes));
        json_put(object, "shm_bytes", json_number(database->shm_bytes));
        json_put(object, "also_open", json_texts(&database->also_open));
        json_put(object, "locks", locks);
        json_push(array, object);
    }
    return array;
}

static json_t *threads_json(const struct triage *triage)
{
    json_t *array = json_array();
    for (size_t i = 0; i < triage->threads.count; i++) {
        const struct thread *thread = &triage->threads.items[i];
        char state[2] = {thread->state, '\0'};
        json_push(array, json_pack("{s:i,s:s,s:o,s:f}", "id", (int)thread->id, "state", state,
                                   "name", json_text(thread->name), "cores", thread->cpu_seconds));
    }
    return array;
}

static json_t *goroutines_json(const struct triage *triage)
{
    const struct goroutine_text *text = &triage->goroutines;
    json_t *object = json_object(), *groups = json_array();
    for (size_t i = 0; i < text->count; i++) {
        const struct goroutine_group *group = &text->groups[i];
        _cleanup_free_ char *headline = stack_headline(group->stack, triage->build.module);
        json_t *each = json_object();
        json_put(each, "count", json_integer(group->count));
        json_put(each, "waiting", json_integer(group->waiting));
        json_put(each, "minutes", json_integer(group->minutes));
        json_put_text(each, "state", group->state);
        json_put_text(each, "function", headline);
        json_put_text(each, "stack", group->stack);
        json_put_text(each, "places", group->places);
        json_put_text(each, "created_by", group->creator);
        json_push(groups, each);
    }
    json_put(object, "total", json_integer(text->goroutines));
    json_put(object, "complete", json_boolean(!text->cut));
    json_put(object, "groups", groups);
    return object;
}

static json_t *heap_json(const struct heap_sites *sites)
{
    json_t *array = json_array();
    for (size_t i = 0; i < sites->count; i++) {
        const struct heap_site *site = &sites->items[i];
        json_push(array, json_pack("{s:o,s:o,s:f,s:f}", "function", json_text(site->function),
                                   "allocated_by", json_text(site->leaf), "bytes", site->bytes,
                                   "objects", site->objects));
    }
    return array;
}

json_t *triage_to_json(const struct triage *triage)
{
    json_t *object = json_object(), *parts = json_object(), *cpu = json_object();
    json_put(parts, "memory", memory_json(triage));
    json_put(parts, "descriptors",
             json_pack("{s:o,s:o,s:o}", "total", json_number(triage->fds), "watches",
                       json_number(triage->watches), "kinds", counts_json(&triage->descriptors)));
    json_put(parts, "files", counts_json(&triage->same_files));
    json_put(parts, "sqlite", databases_json(triage));
    json_put(parts, "threads", threads_json(triage));
    json_put(parts, "goroutines", goroutines_json(triage));
    json_put(cpu, "cores", json_number(triage->cpu));
    json_put(cpu, "seconds", json_number(triage->seconds));
    json_put(parts, "cpu", cpu);
    json_put(parts, "children", counts_json(&triage->children));
    json_put(parts, "zombies", counts_json(&triage->zombies));
    json_put(parts, "started", counts_json(&triage->tools));
    json_put(parts, "heap", heap_json(&triage->heap));
    if (triage->allocated != NULL)
        json_put(parts, "allocated", profile_to_json(triage->allocated));
    if (triage->cpu_top != NULL)
        json_put(parts, "cpu_profile", profile_to_json(triage->cpu_top));
    json_put(object, "version", json_integer(1));
    json_put(object, "process", process_json(triage));
    json_put(object, "flags", flags_json(triage));
    json_put(object, "parts", parts);
    json_put(object, "unseen", json_texts(&triage->unseen));
    return object;
}
