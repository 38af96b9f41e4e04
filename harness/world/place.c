#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
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

/* NULL when it cannot be made there, or only with a path that is too long. */
static char *place_below(const char *directory)
{
    _cleanup_free_ char *real = realpath(directory, NULL);
    if (real == NULL)
        return NULL;
    _cleanup_free_ char *root =
        memory_format("%s/leakgate-XXXXXX", strcmp(real, "/") == 0 ? "" : real);
    if (!socket_fits(root)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    return mkdtemp(root) != NULL ? take_pointer(root) : NULL;
}

char *world_place(struct lg_error *err)
{
    const char *wanted = getenv("TMPDIR");
    char *root = wanted != NULL && wanted[0] == '/' ? place_below(wanted) : NULL;
    if (root == NULL)
        root = place_below("/tmp");
    if (root == NULL)
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a directory for the run below /tmp");
    return root;
}
