package tamper

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func httpSource(base string) source {
	return func(path string) ([]byte, error) {
		answer, err := http.Get(base + "/" + path)
		if err != nil {
			return nil, err
		}
		defer answer.Body.Close()
		content, err := io.ReadAll(answer.Body)
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", path, answer.Status)
		}
		return content, err
	}
}

// TestReadsARunningNode reads the log at OUTSIDE_URL, of the key OUTSIDE_KEY, which grew from the checkpoint OUTSIDE_BEFORE;
// OUTSIDE_RECEIPT is a receipt of it. test/node/outside.py sets them.
func TestReadsARunningNode(t *testing.T) {
	url := os.Getenv("OUTSIDE_URL")
	if url == "" {
		t.Skip("OUTSIDE_URL names no node")
	}
	log, err := note.NewVerifier(os.Getenv("OUTSIDE_KEY"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := checkpoint(os.Getenv("OUTSIDE_BEFORE"), log)
	if err != nil {
		t.Fatal(err)
	}
	now, err := lookAt(httpSource(url), log, &before)
	if err != nil {
		t.Fatal(err)
	}
	if now.N <= width || before.N >= now.N {
		t.Fatalf("from %d to %d entries: too few to show a full tile", before.N, now.N)
	}
	if err := receipt(os.Getenv("OUTSIDE_RECEIPT"), log); err != nil {
		t.Fatal(err)
	}
	// The other way round, the log was rolled back.
	if _, err := lookAt(httpSource(url), log, &now); err != nil {
		t.Fatal(err)
	}
	later := now
	later.N++
	if _, err := lookAt(httpSource(url), log, &later); err == nil {
		t.Fatal("a roll-back was not found")
	}
}
