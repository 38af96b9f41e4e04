#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"
#include "world/world.h"

/* Where tmux puts the socket of its default server below TMUX_TMPDIR, for the largest user id. */
#define LONGEST_SOCKET "/tm/tmux-4294967295/default"

static bool socket_fits(const char *root)
{
    struct sockaddr_un address;
    return strlen(root) + sizeof LONGEST_SOCKET <= sizeof address.sun_path;
}

/* NULL when it cannot be made there, or only with a path that is too long. The name cannot be
 * guessed, so that nobody else can be there first. */
static char *place_below(const char *directory)
{
    uint32_t number;
    _cleanup_free_ char *real = realpath(directory, NULL);
    if (real == NULL || access(real, W_OK | X_OK) != 0 ||
        getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        return NULL;
    _cleanup_free_ char *root =
        memory_format("%s/leakgate-%08" PRIx32, strcmp(real, "/") == 0 ? "" : real, number);
    if (!socket_fits(root)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return take_pointer(root);
}

char *world_new_root(struct lg_error *err)
{
    const char *wanted = getenv("TMPDIR");
    char *root = wanted != NULL && wanted[0] == '/' ? place_below(wanted) : NULL;
    if (root == NULL)
        root = place_below("/tmp");
    if (root == NULL)
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a directory for the run below /tmp");
    return root;
}

bool world_claim(const char *root, struct lg_error *err)
{
    return mkdir(root, 0700) == 0 ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make the directory %s", root);
}
