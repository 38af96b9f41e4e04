/*
 * Links to the program's source on the site that its repository is on, for commits that are known:
 * by the module's path and the revision of the build, by --source-url, or in GitHub Actions by the
 * commit that is tested. No link is better than a wrong one. Names come from the target: what is
 * not plain in an address is percent-encoded, and only a repository's plain name is taken.
 */
#pragma once

#include <stdbool.h>

/* All may be NULL. */
struct forge {
    const char *source_url; /* --source-url: stands before "/internal/x/y.go#L653" */
    const char *server;     /* GITHUB_SERVER_URL, "https://github.com" */
    const char *repository; /* GITHUB_REPOSITORY, "owner/name" */
    const char *revision;   /* GITHUB_SHA */
    bool forgejo;           /* it is Forgejo or Gitea that sets them */
};

/* Can it be --source-url? */
bool forge_is_url(const char *url);
/* Where a module lies in its repository: "tools/app" of "github.com/o/r/tools/app/v2"; "": at its
 * root. The caller frees it. */
char *forge_folder(const char *module);
/* The address of the module's folder at the revision (build_info.h; "": not known), or NULL. The
 * caller frees it. */
char *forge_root(const struct forge *forge, const char *module, const char *revision);
/* ... and of a place in it, "internal/x/y.go:653". NULL where it is in no Go file. */
char *forge_link(const char *root, const char *place);
