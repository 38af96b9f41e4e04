package main

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// panes are two boxes side by side, over the whole width.
func (m *model) panes(leftTitle string, left []string, rightTitle string, right []string,
	height int) []string {
	leftWidth := m.width * 3 / 10
	leftBox := m.box(leftTitle, left, leftWidth, height)
	rightBox := m.box(rightTitle, right, m.width-leftWidth, height)
	for i := range leftBox {
		leftBox[i] += rightBox[i]
	}
	return leftBox
}

// box frames a title, an empty row and the lines, cut and filled to the size; its border has the
// theme's colour.
func (m *model) box(title string, lines []string, width, height int) []string {
	color := func(text string) string {
		return "\x1b[38;5;" + themeColors[m.theme] + "m" + text + "\x1b[m"
	}
	side, bar := color("│"), strings.Repeat("─", width-2)
	rows := []string{color("╭" + bar + "╮")}
	content := append([]string{title, ""}, lines...)
	for i := range height - 2 {
		line := ""
		if i < len(content) {
			line = content[i]
		}
		rows = append(rows, side+" "+fit(line, width-4)+" "+side)
	}
	return append(rows, color("╰"+bar+"╯"))
}

// overlay lays a box over the middle of the rows.
func overlay(rows, box []string, width int) []string {
	top := max(0, (len(rows)-len(box))/2)
	left := max(0, (width-modalWidth)/2)
	for i, line := range box {
		if top+i >= len(rows) {
			break
		}
		row := rows[top+i]
		rows[top+i] = ansi.Cut(row, 0, left) + line + ansi.Cut(row, left+modalWidth, width)
	}
	return rows
}

// fit makes text that came from a file or a child exactly so wide, with nothing in it that a
// terminal would obey.
func fit(text string, width int) string {
	text = strings.Map(func(char rune) rune {
		switch {
		case char == '\t':
			return ' '
		case char < ' ' || char >= 0x7f && char < 0xa0:
			return -1
		}
		return char
	}, text)
	text = ansi.Truncate(text, width, "…")
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}
