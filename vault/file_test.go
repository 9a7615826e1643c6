package vault

import (
	"errors"
	"testing"
)

func TestFile(t *testing.T) {
	if _, err := SealFile("weak", []byte("text")); !errors.Is(err, ErrWeakPassphrase) {
		t.Errorf("error %v", err)
	}
	sealed, err := SealFile("four random words", []byte("text"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := OpenFile("four random words", sealed); err != nil || string(plain) != "text" {
		t.Errorf("%q, %v", plain, err)
	}
	for passphrase, data := range map[string][]byte{"": sealed, "another": sealed, "four random words": sealed[:len(sealed)-1]} {
		if _, err := OpenFile(passphrase, data); !errors.Is(err, ErrWrongPassphrase) {
			t.Errorf("%q: %v", passphrase, err)
		}
	}
}
