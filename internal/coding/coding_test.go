package coding_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-810f1486/multiaccount/internal/coding"
	"github.com/seed-810f1486/multiaccount/internal/coding/codingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOf(t *testing.T) {
	for name, test := range map[string]struct {
		values []string
		want   []string
	}{
		"none":         {nil, nil},
		"identity":     {[]string{"Identity"}, nil},
		"empty":        {[]string{" , "}, nil},
		"one":          {[]string{" GZIP "}, []string{"gzip"}},
		"two":          {[]string{"gzip, identity,Br"}, []string{"br", "gzip"}},
		"in two lines": {[]string{"gzip", "br"}, []string{"br", "gzip"}},
	} {
		if got := coding.Of(http.Header{"Content-Encoding": test.values}); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestKnown(t *testing.T) {
	for name, want := range map[string]bool{
		"": true, "gzip": true, "x-gzip": true, "deflate": true, "br": true, "zstd": true, "zstd,br,gzip": true,
		"compress": false, "gzip,compress": false, "gzip,gzip,gzip,gzip": false,
	} {
		if got := coding.Known(coding.Of(http.Header{"Content-Encoding": {name}})); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// each runs a test for each coding; codings is what [coding.Of] returns for it.
func each(t *testing.T, test func(t *testing.T, name string, codings []string)) {
	t.Helper()
	for _, name := range codingtest.Names() {
		t.Run(name, func(t *testing.T) { test(t, name, []string{codingtest.Header(name)}) })
	}
}

// text is n different lines.
func text(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d %x\n", i, i*i*7919)
	}
	return b.String()
}

func TestBeginning(t *testing.T) {
	each(t, func(t *testing.T, name string, codings []string) {
		long := text(10_000)
		coded := codingtest.All(name, long)
		if got := coding.Beginning(codings, coded, 64<<10); string(got) != long[:64<<10] {
			t.Errorf("%d bytes of a long body", len(got))
		}
		if got := coding.Beginning(codings, codingtest.All(name, "short"), 64<<10); string(got) != "short" {
			t.Errorf("a short body: %q", got)
		}
		if got := coding.Beginning(codings, coded[:len(coded)*9/10], 4<<10); string(got) != long[:4<<10] {
			t.Errorf("%d bytes of a body that is cut off", len(got))
		}
	})
	twice := codingtest.All("br", string(codingtest.All("gzip", "twice")))
	if got := coding.Beginning([]string{"br", "gzip"}, twice, 100); string(got) != "twice" {
		t.Errorf("two codings: %q", got)
	}
	for _, codings := range [][]string{nil, {"compress"}, {"gzip"}, {"br"}, {"zstd"}} {
		if got := coding.Beginning(codings, []byte("as it is"), 4); string(got) != "as it is" {
			t.Errorf("%v: %q", codings, got)
		}
	}
}

// collector is what a decoder decoded.
type collector struct{ bytes.Buffer }

func (c *collector) take(piece []byte) { _, _ = c.Write(piece) }

// Each piece is there as soon as its flush is, however it is split.
func TestDecoderYieldsAtEachFlush(t *testing.T) {
	each(t, func(t *testing.T, name string, codings []string) {
		pieces := []string{"data: 1\n\n", "data: 2\n\n", text(5000), "data: [DONE]\n\n"}
		for _, size := range []int{1, 7, 1 << 20} {
			var got collector
			d := coding.NewDecoder(codings, got.take)
			want := ""
			for i, coded := range codingtest.Encode(name, pieces...) {
				for part := range slices.Chunk(coded, size) {
					if err := d.Write(part); err != nil {
						t.Fatal(err)
					}
				}
				if i < len(pieces) {
					want += pieces[i]
				}
				if got.String() != want {
					t.Fatalf("in parts of %d: %d bytes after piece %d, want %d", size, got.Len(), i, len(want))
				}
			}
			d.End()
			if got.String() != want {
				t.Errorf("at the end %d bytes", got.Len())
			}
		}
	})
}

// A whole body that was never flushed is there by its end at the latest.
func TestDecoderOfOneBlock(t *testing.T) {
	each(t, func(t *testing.T, name string, codings []string) {
		var got collector
		d := coding.NewDecoder(codings, got.take)
		coded := codingtest.All(name, text(100))
		for part := range slices.Chunk(coded, 100) {
			if err := d.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		d.End()
		if got.String() != text(100) {
			t.Errorf("%q", got.String())
		}
	})
}

func TestDecoderOfTwoCodings(t *testing.T) {
	var got collector
	d := coding.NewDecoder([]string{"zstd", "gzip"}, got.take)
	if err := d.Write(codingtest.All("zstd", string(codingtest.All("gzip", "twice")))); err != nil {
		t.Fatal(err)
	}
	d.End()
	if got.String() != "twice" {
		t.Errorf("%q", got.String())
	}
}

// Some servers close a member after each event.
func TestDecoderOfGzipMembers(t *testing.T) {
	var got collector
	d := coding.NewDecoder([]string{"x-gzip"}, got.take)
	defer d.Close()
	for i, want := range []string{"a", "ab", "abc"} {
		if err := d.Write(codingtest.All("gzip", string("abc"[i]))); err != nil || got.String() != want {
			t.Errorf("%q after %d members, %v", got.String(), i+1, err)
		}
	}
}

func TestDecoderOfSomethingElse(t *testing.T) {
	for _, codings := range [][]string{{"gzip"}, {"deflate"}, {"br"}, {"zstd"}, {"compress"}} {
		var got collector
		d := coding.NewDecoder(codings, got.take)
		err := d.Write(bytes.Repeat([]byte("\xff no such thing"), 100))
		if err == nil || got.Len() != 0 {
			t.Errorf("%v: %q, %v", codings, got.String(), err)
		}
		if err := d.Write([]byte("more")); err == nil {
			t.Errorf("%v: more is decoded", codings)
		}
		d.Close()
	}
}

// A few bytes that decode to very many are not decoded to their end.
func TestDecoderOfABomb(t *testing.T) {
	each(t, func(t *testing.T, name string, codings []string) {
		inner := codingtest.All(name, strings.Repeat("\x00", 16<<20))
		decoded := 0
		d := coding.NewDecoder(codings, func(piece []byte) { decoded += len(piece) })
		defer d.Close()
		if err := d.Write(inner); err == nil || decoded > 8<<20 {
			t.Errorf("%d bytes decoded to %d, %v", len(inner), decoded, err)
		}
	})
}

// Closing drops what is left, may be repeated, and ends the goroutine, as
// goleak checks.
func TestDecoderCloses(t *testing.T) {
	each(t, func(t *testing.T, name string, codings []string) {
		var got collector
		coding.NewDecoder(codings, got.take).Close()
		d := coding.NewDecoder(codings, got.take)
		coded := codingtest.All(name, text(100))
		if err := d.Write(coded[:len(coded)/2]); err != nil {
			t.Fatal(err)
		}
		before := got.Len()
		d.Close()
		d.Close()
		d.End()
		if err := d.Write(coded[len(coded)/2:]); err != nil || got.Len() != before {
			t.Errorf("%d bytes after closing, %v", got.Len()-before, err)
		}
	})
}

// A decoder may be closed while it decodes.
func TestDecoderClosesFromElsewhere(t *testing.T) {
	each(t, func(_ *testing.T, name string, codings []string) {
		began, closed := make(chan struct{}), make(chan struct{})
		first := true
		d := coding.NewDecoder(codings, func([]byte) {
			if first {
				close(began)
				first = false
			}
		})
		go func() {
			defer close(closed)
			<-began
			d.Close()
		}()
		_ = d.Write(codingtest.All(name, text(20_000)))
		<-closed
	})
}

// Whatever comes, the decoder neither hangs nor leaks nor decodes without bound,
// and how it is split changes nothing.
func FuzzDecoder(f *testing.F) {
	for i, name := range codingtest.Names() {
		f.Add(uint8(i), codingtest.All(name, "data: {}\n\n"), 3)
		f.Add(uint8(i), codingtest.All(name, strings.Repeat("data: {}\n\n", 1000)), 1)
	}
	f.Fuzz(func(t *testing.T, coded uint8, body []byte, size int) {
		if size < 1 || len(body) == 0 {
			return
		}
		names := codingtest.Names()
		codings := []string{codingtest.Header(names[int(coded)%len(names)])}
		decode := func(size int) string {
			var got collector
			d := coding.NewDecoder(codings, got.take)
			for part := range slices.Chunk(body, size) {
				if d.Write(part) != nil {
					break
				}
			}
			d.End()
			return got.String()
		}
		whole, split := decode(len(body)), decode(size)
		if limit := 2<<20 + 256*len(body); len(whole) > limit || len(split) > limit {
			t.Errorf("%d bytes decode to %d", len(body), len(whole))
		}
		if !strings.HasPrefix(whole, split) && !strings.HasPrefix(split, whole) {
			t.Errorf("in parts of %d: %.100q, else %.100q", size, split, whole)
		}
		if got := coding.Beginning(codings, body, 1<<10); len(got) > max(1<<10, len(body)) {
			t.Errorf("the beginning is %d bytes", len(got))
		}
	})
}
