package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" // registers its handlers
	"os"
)

// serveProfiles answers pprof requests on localhost for as long as the program lives. As Sidecar
// does, it says so before it listens, and goes on without when it can't.
func serveProfiles(port string, silent bool) {
	fmt.Fprintf(os.Stderr, "pprof enabled on http://localhost:%s/debug/pprof/\n", port)
	if silent {
		return
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("localhost", port))
	if err != nil {
		fmt.Fprintln(os.Stderr, "pprof server error:", err)
		return
	}
	go func() { _ = http.Serve(listener, nil) }()
}
