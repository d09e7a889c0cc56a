// Tessera's POSIX log, for tools/bench to compare with: tessera FOLDER CLIENTS EACH prints durable appends a second.
//
// As it comes: batches of its default size and age, checkpoints at its default interval. A client goes on once its entry has an index
// that is durable; ours goes on only when a signed checkpoint has the entry too, which would cost Tessera's clients more.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

const size = 300 // bytes of an entry, as ours have

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	folder := os.Args[1]
	clients, err := strconv.Atoi(os.Args[2])
	check(err)
	each, err := strconv.Atoi(os.Args[3])
	check(err)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	secret, _, err := note.GenerateKey(rand.Reader, "bench.example")
	check(err)
	signer, err := note.NewSigner(secret)
	check(err)
	driver, err := posix.New(ctx, posix.Config{Path: folder})
	check(err)
	appender, shutdown, _, err := tessera.NewAppender(ctx, driver, tessera.NewAppendOptions().WithCheckpointSigner(signer))
	check(err)
	var wait sync.WaitGroup
	begin := time.Now()
	for client := 0; client < clients; client++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := 0; i < each; i++ {
				data := make([]byte, size)
				_, err := rand.Read(data)
				check(err)
				_, err = appender.Add(ctx, tessera.NewEntry(data))()
				check(err)
			}
		}()
	}
	wait.Wait()
	fmt.Printf("%.1f\n", float64(clients*each)/time.Since(begin).Seconds())
	check(shutdown(ctx))
}
