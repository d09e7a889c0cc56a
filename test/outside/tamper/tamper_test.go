// What Go's note and tlog make of our served log, receipts and cosignatures, and of each kind of tampering with them.
package tamper

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// folder is what outside_log wrote; every test leaves it as it found it.
var folder string

func TestMain(m *testing.M) {
	if os.Getenv("OUTSIDE_URL") != "" { // running_test.go alone
		os.Exit(m.Run())
	}
	var err error
	if folder, err = os.MkdirTemp("", "concordat-outside-"); err != nil {
		panic(err)
	}
	if out, err := exec.Command(os.Getenv("OUTSIDE_LOG"), folder).CombinedOutput(); err != nil {
		fmt.Printf("OUTSIDE_LOG must name the program outside_log: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(folder)
	os.Exit(code)
}

// keysOf returns the log's verifier and the witness's key.
func keysOf(t *testing.T) (log note.Verifier, witness string) {
	t.Helper()
	keys := strings.Split(read(t, folder, "keys"), "\n")
	log, err := note.NewVerifier(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	return log, keys[1]
}

func read(t *testing.T, folder, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// A source reads a served log's files, from a folder or over HTTP.
type source func(path string) ([]byte, error)

func folderSource(folder string) source {
	return func(path string) ([]byte, error) { return os.ReadFile(filepath.Join(folder, path)) }
}

// tiles reads a served log as tlog wants it, each file once: tlog's paths name the height, C2SP's do not.
type tiles struct {
	from source
	kept map[tlog.Tile][]byte
}

func (tiles) Height() int                     { return 8 }
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func path(tile tlog.Tile) string {
	level := strconv.Itoa(tile.L)
	if tile.L < 0 {
		level = "entries"
	}
	number := fmt.Sprintf("%03d", tile.N%1000)
	for n := tile.N / 1000; n > 0; n /= 1000 {
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	if tile.W != width {
		number += fmt.Sprintf(".p/%d", tile.W)
	}
	return "tile/" + level + "/" + number
}

func (r tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		if content, found := r.kept[tile]; found {
			all = append(all, content)
			continue
		}
		content, err := r.from(path(tile))
		if err != nil {
			return nil, err
		}
		if len(content) != tile.W*tlog.HashSize {
			return nil, errors.New(path(tile) + ": wrong length")
		}
		r.kept[tile] = content
		all = append(all, content)
	}
	return all, nil
}

// checkpoint opens a signed checkpoint: origin, size, root.
func checkpoint(text string, log note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(log))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != log.Name() {
		return tlog.Tree{}, errors.New("not this log's checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("not a size")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func leaves(bundle []byte) ([][]byte, error) {
	var all [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, errors.New("bundle: cut within a length")
		}
		length := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+length {
			return nil, errors.New("bundle: cut within a leaf")
		}
		all = append(all, bundle[2:2+length])
		bundle = bundle[2+length:]
	}
	return all, nil
}

func look(folder string, log note.Verifier, before *tlog.Tree) (tlog.Tree, error) {
	return lookAt(folderSource(folder), log, before)
}

// lookAt reads a served log whole: signature, every entry's inclusion, every tile. With `before`, that it continues it.
func lookAt(from source, log note.Verifier, before *tlog.Tree) (tlog.Tree, error) {
	text, err := from("checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	tree, err := checkpoint(string(text), log)
	if err != nil {
		return tree, err
	}
	if before != nil && tree.N < before.N {
		return tree, fmt.Errorf("roll-back from %d to %d", before.N, tree.N)
	}
	hashes := tlog.TileHashReader(tree, tiles{from, map[tlog.Tile][]byte{}})
	if before != nil {
		proof, err := tlog.ProveTree(tree.N, before.N, hashes)
		if err != nil {
			return tree, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
			return tree, fmt.Errorf("fork: %w", err)
		}
	}
	for first := int64(0); first < tree.N; first += width {
		count := min(width, tree.N-first)
		bundle, err := from(path(tlog.Tile{H: 8, L: -1, N: first / width, W: int(count)}))
		if err != nil {
			return tree, err
		}
		entries, err := leaves(bundle)
		if err != nil || int64(len(entries)) != count {
			return tree, fmt.Errorf("bundle %d: %d entries, %v", first/width, len(entries), err)
		}
		for i, entry := range entries {
			index := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return tree, err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return tree, fmt.Errorf("entry %d: %w", index, err)
			}
		}
	}
	return tree, nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func TestReadsTheLogAndItsGrowth(t *testing.T) {
	log, _ := keysOf(t)
	before, err := look(filepath.Join(folder, "before"), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	now, err := look(filepath.Join(folder, "served"), log, &before)
	if err != nil {
		t.Fatal(err)
	}
	if before.N != 300 || now.N != 520 {
		t.Fatalf("sizes %d and %d", before.N, now.N)
	}
}

func TestFindsForkAndRollBack(t *testing.T) {
	log, _ := keysOf(t)
	before, err := look(filepath.Join(folder, "before"), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	now, err := look(filepath.Join(folder, "served"), log, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := look(filepath.Join(folder, "fork"), log, &before); err == nil {
		t.Error("a fork that grew was not found")
	}
	if _, err := look(filepath.Join(folder, "fork"), log, &now); err == nil {
		t.Error("a fork of the same size was not found")
	}
	if _, err := look(filepath.Join(folder, "before"), log, &now); err == nil {
		t.Error("a roll-back was not found")
	}
}

// receipt checks a tlog-proof with its leaf as extra data.
func receipt(text string, log note.Verifier) error {
	head, signed, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := checkpoint(signed, log)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf))
}

// witness is a note.Verifier for cosignatures, which Go's package does not have.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }
func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

func witnessOf(t *testing.T, vkey string) witness {
	t.Helper()
	parts := strings.SplitN(vkey, "+", 3)
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 33 || key[0] != 4 {
		t.Fatalf("not a witness's key: %s", vkey)
	}
	return witness{parts[0], uint32(id), key[1:]}
}

func TestVerifiesReceiptAndCosignature(t *testing.T) {
	log, vkey := keysOf(t)
	text := read(t, folder, "answer.tlog-proof")
	if err := receipt(text, log); err != nil {
		t.Fatal(err)
	}
	_, signed, _ := strings.Cut(text, "\n\n")
	opened, err := note.Open([]byte(signed), note.VerifierList(log, witnessOf(t, vkey)))
	if err != nil || len(opened.Sigs) != 2 {
		t.Fatalf("%v, %+v", err, opened)
	}
	for i := range text {
		// The last line is the cosignature, which the receipt does not stand on.
		if i >= strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n") {
			break
		}
		// Go passes over the stray bits of the last character before the padding; we do not (receipt_test.cc).
		if text[i+1] == '=' {
			continue
		}
		changed := []byte(text)
		changed[i] ^= 1
		if receipt(string(changed), log) == nil {
			t.Errorf("byte %d of the receipt was changed and not found", i)
		}
	}
}

// TestFindsTampering changes a file, looks, and puts it back.
func TestFindsTampering(t *testing.T) {
	log, _ := keysOf(t)
	served := filepath.Join(folder, "served")
	at := func(name string) string { return read(t, served, name) }
	flip := func(content string, at int) string {
		changed := []byte(content)
		changed[at] ^= 1
		return string(changed)
	}
	tile, edge, upper := at("tile/0/000"), at("tile/0/002.p/8"), at("tile/1/000.p/2")
	bundle, last, head := at("tile/entries/000"), at("tile/entries/002.p/8"), at("checkpoint")
	entries, err := leaves([]byte(last))
	if err != nil {
		t.Fatal(err)
	}
	bundled := func(entries ...[]byte) string {
		var out bytes.Buffer
		for _, entry := range entries {
			_ = binary.Write(&out, binary.BigEndian, uint16(len(entry)))
			out.Write(entry)
		}
		return out.String()
	}
	dash := strings.Index(head, "— ")
	cases := []struct{ name, file, content string }{
		{"tile: first bit", "tile/0/000", flip(tile, 0)},
		{"tile: last bit", "tile/0/000", flip(tile, len(tile)-1)},
		{"tile: a hash short", "tile/0/000", tile[32:]},
		{"tile: a byte short", "tile/0/000", tile[1:]},
		{"tile: a hash more", "tile/0/000", tile + tile[:32]},
		{"tile: hashes swapped", "tile/0/000", tile[32:64] + tile[:32] + tile[64:]},
		{"tile: another tile's", "tile/0/000", at("tile/0/001")},
		{"tile: empty", "tile/0/000", ""},
		{"tile: gone", "tile/0/001", "gone"},
		{"edge tile: a bit", "tile/0/002.p/8", flip(edge, 40)},
		{"edge tile: older", "tile/0/002.p/8", edge[:7*32]},
		{"edge tile: gone", "tile/0/002.p/8", "gone"},
		{"upper tile: a bit", "tile/1/000.p/2", flip(upper, 33)},
		{"upper tile: swapped", "tile/1/000.p/2", upper[32:] + upper[:32]},
		{"upper tile: gone", "tile/1/000.p/2", "gone"},
		{"bundle: a bit of a leaf", "tile/entries/000", flip(bundle, 30)},
		{"bundle: a bit of a length", "tile/entries/000", flip(bundle, 1)},
		{"bundle: cut within a leaf", "tile/entries/000", bundle[:len(bundle)-5]},
		{"bundle: an entry short", "tile/entries/002.p/8", bundled(entries[:7]...)},
		{"bundle: an entry twice", "tile/entries/002.p/8", bundled(append(entries[:7:7], entries[6])...)},
		{"bundle: reordered", "tile/entries/002.p/8", bundled(append([][]byte{entries[1], entries[0]}, entries[2:]...)...)},
		{"bundle: an entry more", "tile/entries/002.p/8", bundled(append(entries[:8:8], entries[0])...)},
		{"bundle: another", "tile/entries/000", at("tile/entries/001")},
		{"bundle: white space in a leaf", "tile/entries/002.p/8",
			bundled(append([][]byte{append(append([]byte{}, entries[0]...), ' ')}, entries[1:]...)...)},
		{"bundle: gone", "tile/entries/001", "gone"},
		{"checkpoint: a bit of the name", "checkpoint", flip(head, 0)},
		{"checkpoint: a bit of the size", "checkpoint", flip(head, strings.Index(head, "\n")+1)},
		{"checkpoint: a bit of the root", "checkpoint", flip(head, strings.Index(head, "\n\n")-5)},
		{"checkpoint: a bit of the signature", "checkpoint", flip(head, dash+40)},
		{"checkpoint: unsigned", "checkpoint", head[:dash]},
		{"checkpoint: the log's signature taken off", "checkpoint", head[:dash] + head[strings.LastIndex(head, "— "):]},
		{"checkpoint: another size", "checkpoint", strings.Replace(head, "\n520\n", "\n519\n", 1)},
		{"checkpoint: leading zero", "checkpoint", strings.Replace(head, "\n520\n", "\n0520\n", 1)},
		{"checkpoint: a line more", "checkpoint", strings.Replace(head, "\n\n", "\nmore\n\n", 1)},
		{"checkpoint: carriage returns", "checkpoint", strings.ReplaceAll(head, "\n", "\r\n")},
		{"checkpoint: a text before it", "checkpoint", "x\n" + head},
		{"checkpoint: text behind it", "checkpoint", head + "x"},
		{"checkpoint: the name of another", "checkpoint", strings.ReplaceAll(head, "lewisham", "camden")},
		{"checkpoint: of the fork", "checkpoint", read(t, folder, "fork/checkpoint")},
		{"checkpoint: gone", "checkpoint", "gone"},
	}
	if len(cases) < 40 {
		t.Errorf("%d kinds of tampering; 40 were promised", len(cases))
	}
	for _, c := range cases {
		name := filepath.Join(served, c.file)
		whole := at(c.file)
		if c.content == "gone" {
			err = os.Remove(name)
		} else {
			err = os.WriteFile(name, []byte(c.content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := look(served, log, nil); err == nil {
			t.Errorf("%s: not found", c.name)
		}
		if err := os.WriteFile(name, []byte(whole), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := look(served, log, nil); err != nil {
		t.Fatal(err)
	}
}
