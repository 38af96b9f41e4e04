package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

type project struct {
	Name string `json:"name"`
	Path string `json:"path"`
}

// config is what the stand-in reads of Sidecar's configuration; the rest is accepted and ignored.
type config struct {
	Projects struct {
		List []project `json:"list"`
	} `json:"projects"`
	Features struct {
		Flags map[string]bool `json:"flags"`
	} `json:"features"`

	start int // the project to open first
}

// loadConfig reads the file, if one is named, and finds the project to start with in its list; a
// project that is not there is put in front.
func loadConfig(path, projectPath string) (*config, error) {
	config := &config{}
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, config); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	absolute, err := filepath.Abs(projectPath)
	if err != nil {
		return nil, err
	}
	for i, listed := range config.Projects.List {
		if listed.Path == absolute {
			config.start = i
			return config, nil
		}
	}
	own := project{Name: filepath.Base(absolute), Path: absolute}
	config.Projects.List = append([]project{own}, config.Projects.List...)
	return config, nil
}
