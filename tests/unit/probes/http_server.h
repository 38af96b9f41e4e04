/*
 * A small HTTP server that does what its path says, well or badly, on a loopback port. It serves
 * one connection after the other, each until the client closes it.
 */
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct http_server {
    int listener;
    unsigned short port;
    atomic_uint connections;
    atomic_uint requests;
    pthread_t thread;
    /* Answers the path on the connection; false closes it. */
    bool (*answer)(void *context, int connection, const char *path);
    void *context;
};

static inline bool http_send(int connection, const void *bytes, size_t length)
{
    const char *from = bytes;
    while (length > 0) {
        ssize_t put = send(connection, from, length, MSG_NOSIGNAL);
        if (put <= 0)
            return false;
        from += put;
        length -= (size_t)put;
    }
    return true;
}

static inline bool http_text(int connection, const char *text)
{
    return http_send(connection, text, strlen(text));
}

static inline bool http_answer(int connection, const char *status, const void *body, size_t length)
{
    char head[256];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n", status, length);
    return http_text(connection, head) && http_send(connection, body, length);
}

/* Until the client closes or sends something. */
static inline void http_wait(int connection)
{
    char byte;
    while (recv(connection, &byte, 1, 0) > 0)
        ;
}

/* One request's path behind "/debug/pprof/". */
static inline bool http_request(int connection, char path[256])
{
    char request[4096];
    size_t length = 0;
    while (length < sizeof request - 1) {
        ssize_t got = recv(connection, request + length, sizeof request - 1 - length, 0);
        if (got <= 0)
            return false;
        length += (size_t)got;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            break;
    }
    path[0] = '\0';
    return sscanf(request, "GET /debug/pprof/ HTTP/1.1\r%c", path) == 1
               ? (path[0] = '\0', true)
               : sscanf(request, "GET /debug/pprof/%255s HTTP/1.1\r", path) == 1;
}

static inline void *http_serve(void *context)
{
    struct http_server *server = context;
    for (int connection; (connection = accept(server->listener, NULL, NULL)) >= 0;) {
        char path[256];
        int at_once = 1; /* head and body are two writes: no waiting for an acknowledgement */
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
        atomic_fetch_add(&server->connections, 1);
        while (http_request(connection, path)) {
            atomic_fetch_add(&server->requests, 1);
            if (!server->answer(server->context, connection, path))
                break;
        }
        close(connection);
    }
    return NULL;
}

static inline int http_listen(unsigned short *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
        listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        return -1;
    *port = ntohs(address.sin_port);
    return listener;
}

static inline bool http_start(struct http_server *server)
{
    server->listener = http_listen(&server->port);
    return server->listener >= 0 && pthread_create(&server->thread, NULL, http_serve, server) == 0;
}

static inline void http_stop(struct http_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}
