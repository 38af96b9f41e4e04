#include "result/forge.h"

#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
/* RFC 3986, unreserved. */
#define PLAIN DIGITS LETTERS "-._~"

/* What stands between the repository and the revision. */
static const char at_github[] = "/blob/", at_gitlab[] = "/-/blob/", at_forgejo[] = "/src/commit/";

static const struct {
    const char *host;
    const char *tree;
} hosts[] = {{"github.com/", at_github}, {"gitlab.com/", at_gitlab}, {"codeberg.org/", at_forgejo}};

bool forge_is_url(const char *url)
{
    const char *scheme = strstr(url, "://");
    return (text_starts(url, "https://") || text_starts(url, "http://")) &&
           strspn(scheme + 3, PLAIN) > 0 && url[strspn(url, PLAIN "/:@%+,=")] == '\0';
}

/* The length of "host/owner/name" at the start of a module's path; 0: it has no such parts. */
static int repository_length(const char *module)
{
    const char *part = module;
    for (int i = 0; i < 3; i++) {
        size_t length = strspn(part, PLAIN);
        bool dots = strspn(part, ".") == length;
        if (dots || (part[length] != '/' && (i < 2 || part[length] != '\0')))
            return 0;
        part += length + (i < 2);
    }
    return (int)(part - module);
}

char *forge_folder(const char *module)
{
    const char *folder = module + repository_length(module);
    const char *last = strrchr(folder, '/');
    if (folder == module || last == NULL)
        return memory_copy_text("");
    size_t digits = text_starts(last, "/v") ? strspn(last + 2, DIGITS) : 0;
    bool major = digits > 0 && last[2 + digits] == '\0';
    const char *end = major ? last : last + strlen(last);
    return memory_copy_range(folder + 1, end > folder ? (size_t)(end - folder) - 1 : 0);
}

static void put_encoded(struct buffer *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (strchr(PLAIN "/", text[i]) != NULL)
            buffer_char(out, text[i]);
        else
            buffer_format(out, "%%%02X", (unsigned char)text[i]);
}

/* Is it the repository, "github.com/owner/name", of the workflow that runs? */
static bool is_tested_here(const struct forge *forge, const char *module, int length)
{
    if (forge->server == NULL || forge->repository == NULL || !forge_is_url(forge->server))
        return false;
    _cleanup_free_ char *tested =
        memory_format("%s/%s", strstr(forge->server, "://") + 3, forge->repository);
    return strlen(tested) == (size_t)length && strncasecmp(tested, module, (size_t)length) == 0;
}

static bool is_commit(const char *revision)
{
    enum { SHA1_DIGITS = 40, SHA256_DIGITS = 64 };
    size_t length = strspn(revision, DIGITS "abcdef");
    return revision[length] == '\0' && (length == SHA1_DIGITS || length == SHA256_DIGITS);
}

char *forge_root(const struct forge *forge, const char *module, const char *revision)
{
    if (forge->source_url != NULL) {
        size_t length = strlen(forge->source_url);
        return memory_copy_range(forge->source_url, length - text_ends(forge->source_url, "/"));
    }
    int length = repository_length(module);
    _cleanup_free_ char *folder = forge_folder(module);
    const char *tree = NULL;
    bool here = is_tested_here(forge, module, length);
    if (here) {
        tree = forge->forgejo ? at_forgejo : at_github;
        revision = *revision != '\0' ? revision : text_or(forge->revision, "");
    }
    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (text_starts(module, hosts[i].host))
            tree = hosts[i].tree;
    /* On GitLab what follows may be a group's project as well as a folder. */
    bool below = *folder != '\0';
    if (length == 0 || tree == NULL || !is_commit(revision) ||
        (below && (tree == at_gitlab || !path_is_inside(folder))))
        return NULL;
    struct buffer root = {0};
    buffer_format(&root, "https://%.*s%s%s%s", length, module, tree, revision, below ? "/" : "");
    put_encoded(&root, folder, strlen(folder));
    return buffer_take(&root);
}

char *forge_link(const char *root, const char *place)
{
    const char *colon = strrchr(place, ':');
    size_t length = colon != NULL ? (size_t)(colon - place) : 0;
    _cleanup_free_ char *file = memory_copy_range(place, length);
    if (!path_is_inside(file) || !text_ends(file, ".go"))
        return NULL;
    struct buffer link = {0};
    buffer_format(&link, "%s/", root);
    put_encoded(&link, file, length);
    buffer_format(&link, "#L%s", colon + 1);
    return buffer_take(&link);
}
