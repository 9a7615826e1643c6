package confedit

import (
	"bytes"
	"strings"
)

// tomlItem is a table's header, or a key with its value, in a text of TOML that is
// known to be right.
type tomlItem struct {
	// key is the whole path.
	key Key
	// header is set for a table's; array for one of an array of tables.
	header, array bool
	// from is where its first line begins, to is behind the end of its last line.
	from, to int
	// value is where its value begins, and valueEnd where it ends.
	value, valueEnd int
}

// scanTOML finds the items of a text.
func scanTOML(text []byte) []tomlItem {
	s := tomlScanner{text: text}
	var items []tomlItem
	var table Key
	for s.skipBlank(); s.at < len(text); s.skipBlank() {
		item := tomlItem{from: bytes.LastIndexByte(text[:s.at], '\n') + 1}
		if text[s.at] == '[' {
			item.header, item.array = true, bytes.HasPrefix(text[s.at:], []byte("[["))
			s.skipAny("[")
			item.key = s.key()
			table = item.key
		} else {
			item.key = append(append(Key{}, table...), s.key()...)
			s.skipAny(" \t=")
			item.value = s.at
			s.skipValue()
			item.valueEnd = s.at
		}
		s.skipLine()
		item.to = s.at
		items = append(items, item)
	}
	return items
}

// tomlScanner goes through a text that was parsed before: it need not find mistakes,
// and must only end.
type tomlScanner struct {
	text []byte
	at   int
}

// peek is a line end behind the end.
func (s *tomlScanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return '\n'
}

func (s *tomlScanner) skipAny(of string) {
	for s.at < len(s.text) && strings.IndexByte(of, s.text[s.at]) >= 0 {
		s.at++
	}
}

// skipLine goes behind the end of the line.
func (s *tomlScanner) skipLine() {
	end := bytes.IndexByte(s.text[min(s.at, len(s.text)):], '\n')
	if end < 0 {
		s.at = len(s.text)
		return
	}
	s.at += end + 1
}

// skipBlank goes to the next item.
func (s *tomlScanner) skipBlank() {
	for {
		s.skipAny(" \t\r\n")
		if s.peek() != '#' {
			return
		}
		s.skipLine()
	}
}

// key reads a key, which may have dots.
func (s *tomlScanner) key() Key {
	var key Key
	for {
		s.skipAny(" \t")
		begin := s.at
		if c := s.peek(); c == '"' || c == '\'' {
			s.skipString()
			key = append(key, quotedKey(string(s.text[begin:min(s.at, len(s.text))])))
		} else {
			for strings.IndexByte(".=] \t\n", s.peek()) < 0 {
				s.at++
			}
			key = append(key, string(s.text[begin:s.at]))
		}
		s.skipAny(" \t")
		if s.peek() != '.' {
			return key
		}
		s.at++
	}
}

// skipValue goes behind a value, which may have several lines. What has no end of its
// own ends with the line, before spaces and a comment.
func (s *tomlScanner) skipValue() {
	begin, depth := s.at, 0
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == '"' || c == '\'':
			s.skipString()
		case c == '#' && depth > 0:
			s.skipLine()
		case depth == 0 && (c == '#' || c == '\n'):
			s.at = begin + len(bytes.TrimRight(s.text[begin:s.at], " \t\r"))
			return
		default:
			if c == '[' || c == '{' {
				depth++
			}
			if c == ']' || c == '}' {
				depth--
			}
			s.at++
		}
	}
	s.at = min(s.at, len(s.text))
}

// skipString goes behind a string of one of the four kinds.
func (s *tomlScanner) skipString() {
	quote := s.text[s.at]
	if long := bytes.Repeat([]byte{quote}, 3); bytes.HasPrefix(s.text[s.at:], long) {
		s.at += len(long)
		s.skipTo(quote, long)
		s.skipAny(string(quote)) // two more may be part of the text
		return
	}
	s.at++
	s.skipTo(quote, []byte{quote})
	s.at++
}

// skipTo goes to the end of a string.
func (s *tomlScanner) skipTo(quote byte, end []byte) {
	for s.at < len(s.text) && !bytes.HasPrefix(s.text[s.at:], end) {
		if s.text[s.at] == '\\' && quote == '"' {
			s.at++
		}
		s.at++
	}
}
