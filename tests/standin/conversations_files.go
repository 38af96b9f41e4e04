package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What coding agents leave on disk: Claude Code a file per session in a directory named after the
// project, Codex files in a tree by date and, in later releases, a SQLite database that lists them.

const longestLine = 1 << 20

// conversation is one session of an agent.
type conversation struct {
	id, name, agent, path string
	updated               time.Time
	tokens                int
}

type message struct{ role, text, time string }

// record is a line of either kind of session file; what the stand-in does not show is left out.
type record struct {
	Type      string          `json:"type"`
	Timestamp time.Time       `json:"timestamp"`
	Message   json.RawMessage `json:"message"` // Claude Code
	Payload   json.RawMessage `json:"payload"` // Codex
}

type recordBody struct {
	Type    string          `json:"type"`
	ID      string          `json:"id"`
	Role    string          `json:"role"`
	Project string          `json:"cwd"`
	Content json.RawMessage `json:"content"`
	Usage   struct {
		Input  int `json:"input_tokens"`
		Output int `json:"output_tokens"`
	} `json:"usage"`
}

func claudeDirectory(projectPath string) string {
	name := strings.NewReplacer("/", "-", ".", "-", "_", "-").Replace(projectPath)
	return filepath.Join(os.Getenv("HOME"), ".claude", "projects", name)
}

func codexDirectory() string { return filepath.Join(os.Getenv("HOME"), ".codex", "sessions") }

func codexDatabase() string { return filepath.Join(os.Getenv("HOME"), ".codex", "state_5.sqlite") }

// codexDirectories is the whole tree: inotify watches no directories below one.
func codexDirectories() []string {
	var directories []string
	_ = filepath.WalkDir(codexDirectory(), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			directories = append(directories, path)
		}
		return nil
	})
	return directories
}

// readConversations lists what both agents have of a project, the latest first.
func readConversations(projectPath string) []conversation {
	files, _ := filepath.Glob(filepath.Join(claudeDirectory(projectPath), "*.jsonl"))
	list := []conversation{} // not nil, which is a list that is not read yet
	for _, file := range files {
		if found, _, err := readSession(file); err == nil {
			found.agent, found.id = "claude", strings.TrimSuffix(filepath.Base(file), ".jsonl")
			list = append(list, found.conversation)
		}
	}
	list = append(list, readCodex(projectPath)...)
	slices.SortFunc(list, func(a, b conversation) int {
		if a.updated.Equal(b.updated) {
			return strings.Compare(a.id, b.id)
		}
		return b.updated.Compare(a.updated)
	})
	return list
}

// readCodex asks the database where there is one, and reads all files where not.
func readCodex(projectPath string) []conversation {
	if list, err := readDatabase(projectPath); err == nil {
		return list
	}
	var list []conversation
	for _, directory := range codexDirectories() {
		files, _ := filepath.Glob(filepath.Join(directory, "*.jsonl"))
		for _, file := range files {
			if found, _, err := readSession(file); err == nil && found.project == projectPath {
				found.agent = "codex"
				list = append(list, found.conversation)
			}
		}
	}
	return list
}

// openDatabase opens Codex's database as a file, with what tells SQLite's from any other.
func openDatabase() (*os.File, error) {
	file, err := os.Open(codexDatabase())
	if err != nil {
		return nil, err
	}
	magic := make([]byte, 16)
	if _, err := file.Read(magic); err != nil || string(magic) != "SQLite format 3\x00" {
		_ = file.Close()
		return nil, errors.New("no database")
	}
	return file, nil
}

// readDatabase holds the file open while the sqlite3 program reads it: a SQLite library would be as
// large as all the rest of the stand-in.
func readDatabase(projectPath string) ([]conversation, error) {
	file, err := openDatabase()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	query := "select id, rollout_path, updated_at, tokens_used, title from threads where cwd = '" +
		strings.ReplaceAll(projectPath, "'", "''") + "'"
	output, err := exec.Command("sqlite3", "-readonly", "-separator", "\t", file.Name(), query).Output()
	if err != nil {
		return nil, err
	}
	var list []conversation
	for _, row := range strings.Split(strings.TrimSuffix(string(output), "\n"), "\n") {
		if column := strings.SplitN(row, "\t", 5); len(column) == 5 {
			seconds, _ := strconv.ParseInt(column[2], 10, 64)
			tokens, _ := strconv.Atoi(column[3])
			list = append(list, conversation{id: column[0], path: column[1], agent: "codex",
				updated: time.Unix(seconds, 0), tokens: tokens, name: column[4]})
		}
	}
	return list, nil
}

// foundSession is a session as its own file tells it.
type foundSession struct {
	conversation
	project string
}

// readSession reads a whole file of either kind.
func readSession(path string) (foundSession, []message, error) {
	found := foundSession{conversation: conversation{path: path}}
	text, err := os.ReadFile(path)
	if err != nil {
		return found, nil, err
	}
	var messages []message
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(make([]byte, 0, bufio.MaxScanTokenSize), longestLine)
	for lines.Scan() {
		var record record
		if json.Unmarshal(lines.Bytes(), &record) != nil {
			continue // half a line: the rest is still being written
		}
		found.updated = record.Timestamp
		if message, ok := found.take(record); ok {
			messages = append(messages, message)
		}
	}
	if len(messages) == 0 {
		return found, nil, errors.New("no message yet")
	}
	return found, messages, nil
}

// take adds what a record says of the session, and answers its message if it is one.
func (found *foundSession) take(record record) (message, bool) {
	raw := record.Message
	if raw == nil {
		raw = record.Payload
	}
	var body recordBody
	if json.Unmarshal(raw, &body) != nil {
		return message{}, false
	}
	if record.Type == "session_meta" {
		found.id, found.project = body.ID, body.Project
	}
	found.tokens += body.Usage.Input + body.Usage.Output
	text := contentText(body.Content)
	if body.Role == "" || text == "" {
		return message{}, false
	}
	if found.name == "" {
		found.name = text
	}
	return message{body.Role, text, record.Timestamp.Local().Format("15:04")}, true
}

// contentText is a message's text: a JSON text, or a list of parts that have one.
func contentText(content json.RawMessage) string {
	var text string
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var parts []struct {
		Text string `json:"text"`
	}
	_ = json.Unmarshal(content, &parts)
	for _, part := range parts {
		text += part.Text
	}
	return text
}

// statistics is the part of Claude Code's own statistics that is shown.
type statistics struct {
	Sessions int `json:"totalSessions"`
	Messages int `json:"totalMessages"`
}

func readStatistics() (statistics, error) {
	var read statistics
	text, err := os.ReadFile(filepath.Join(os.Getenv("HOME"), ".claude", "stats-cache.json"))
	if err != nil {
		return read, err
	}
	return read, json.Unmarshal(text, &read)
}
