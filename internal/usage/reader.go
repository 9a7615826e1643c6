package usage

import (
	"bytes"
	"strconv"
)

// reader finds the tokens that an answer says it used, in JSON and in streams of
// events alike, as the bytes pass. It keeps a name or a number at a time and
// nothing else, so that an answer may be of any size. The zero value is ready.
//
// It reads the numbers below "usage" or "usageMetadata", a member of the answer, or of its
// "message" or "response". Numbers of one name in several events are counts of the
// same thing so far: the largest stands.
type reader struct {
	// events is set for a stream of events: an empty line ends what was cut off.
	events bool

	// depth is how many objects and arrays are open, objects has a bit for each of
	// them, and names what the open member of each is called.
	depth   int
	objects uint64
	names   [maxDepth + 1]name
	// inString, escaped, isName and emptyLine say where the next byte is.
	inString, escaped, isName, emptyLine bool
	// word is the name or number that is being read; one that is too long is no
	// word that is looked for.
	word   [maxWord]byte
	length int

	found  bool
	counts [nameCount]int64
}

const (
	// maxDepth is how deep members are told apart: response, usage, details, tokens.
	maxDepth = 4
	// maxObjects is how many brackets are told apart.
	maxObjects = 64
	maxWord    = 32
	// maxCount is the largest count that is believed, so that sums stay sums.
	maxCount = 1 << 40
)

// read reads the next piece of the answer.
func (r *reader) read(piece []byte) {
	for i := 0; i < len(piece); i++ {
		if r.inString {
			i += r.readString(piece[i:]) - 1
			continue
		}
		r.readByte(piece[i])
	}
}

// readString reads on in a string, and returns how many bytes it has read.
func (r *reader) readString(piece []byte) int {
	r.emptyLine = false
	if r.escaped {
		r.escaped, r.length = false, maxWord+1 // a name with an escape is another name
		return 1
	}
	n := plain(piece)
	if r.isName {
		for _, b := range piece[:n] {
			r.keep(b)
		}
	}
	if n > 0 {
		return n
	}
	switch piece[0] {
	case '"':
		r.endString()
	case '\\':
		r.escaped = true
	case '\n':
		r.inString = false
		r.endLine()
	}
	return 1
}

// lookahead is how far plain looks: a text with many escapes must not be searched
// to its end for each.
const lookahead = 256

// plain is how many bytes of a string come before one that may end it.
func plain(piece []byte) int {
	n := min(len(piece), lookahead)
	for _, b := range [...]byte{'"', '\\', '\n'} {
		if at := bytes.IndexByte(piece[:n], b); at >= 0 {
			n = at
		}
	}
	return n
}

func (r *reader) readByte(b byte) {
	switch b {
	case '\n':
		r.endNumber()
		r.endLine()
		return
	case '\r':
		return
	case '{', '[':
		r.enter(b == '{')
	case '}', ']':
		r.endNumber()
		r.leave()
	case '"':
		r.inString, r.length = r.depth > 0, 0
	case ':': // a name's, or that of a "data" line within an event
		r.length = 0
	case ',':
		r.endNumber()
		r.isName = r.isObject()
	case ' ', '\t':
		r.endNumber()
	default:
		r.keep(b)
	}
	r.emptyLine = false
}

// endLine ends an event where the line is empty.
func (r *reader) endLine() {
	if r.events && r.emptyLine {
		r.again()
	}
	r.emptyLine = true
}

// again is before a text of its own. What was found stays.
func (r *reader) again() {
	r.depth, r.inString, r.escaped, r.isName, r.length = 0, false, false, false, 0
}

func (r *reader) enter(object bool) {
	r.depth++
	if r.depth < maxObjects {
		r.objects &^= 1 << r.depth
		if object {
			r.objects |= 1 << r.depth
		}
	}
	if r.depth <= maxDepth {
		r.names[r.depth] = other
	}
	r.isName, r.length = r.isObject(), 0
}

func (r *reader) leave() {
	r.depth = max(0, r.depth-1)
	r.isName = false
}

func (r *reader) isObject() bool {
	return r.depth > 0 && r.depth < maxObjects && r.objects&(1<<r.depth) != 0
}

func (r *reader) endString() {
	if r.isName && r.depth <= maxDepth {
		r.names[r.depth] = nameOf(r.kept())
	}
	r.inString, r.isName, r.length = false, false, 0
}

// endNumber takes over the number that has ended, where it is one of the counts.
func (r *reader) endNumber() {
	if r.length == 0 || r.isName {
		return
	}
	if count := r.member(); count != other {
		if n, err := strconv.ParseInt(string(r.kept()), 10, 64); err == nil && n >= 0 && n <= maxCount {
			r.found = true
			r.counts[count] = max(r.counts[count], n)
		}
	}
	r.length = 0
}

// member is the count that the open members name; other when they name none.
func (r *reader) member() name {
	if r.depth > maxDepth || !r.isObject() {
		return other
	}
	path := r.names[1 : r.depth+1]
	if len(path) > 0 && path[0] == container {
		path = path[1:]
	}
	switch {
	case len(path) == 2 && path[0] == usageMember && path[1].isCount():
		return path[1]
	case len(path) == 3 && path[0] == usageMember && path[1] == details && path[2].isDetail():
		return path[2]
	}
	return other
}

func (r *reader) keep(b byte) {
	if r.length < maxWord {
		r.word[r.length] = b
	}
	r.length = min(r.length+1, maxWord+1)
}

// kept is the word, empty when it was too long.
func (r *reader) kept() []byte {
	if r.length > maxWord {
		return nil
	}
	return r.word[:r.length]
}
