package testserver

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// The ports that are given out lie below those that the kernel gives to whoever asks
// for any (32768 and up, as it comes), so that no connection takes one before the
// server that is meant for it listens. A node of a Redis cluster takes the port that
// is 10,000 higher besides, which is in neither of the two ranges.
const (
	firstPort = 10240
	manyPorts = 10000
)

var ports struct {
	mu sync.Mutex
	// mine are the names that this process holds: a name for each port.
	mine []net.Listener
}

// Port returns a loopback port on which nothing listens, for one server or for none.
// No other test process on this machine is given it while this one lives, also while
// its server is stopped.
func Port() (int, error) {
	ports.mu.Lock()
	defer ports.mu.Unlock()
	var last error
	for range 1000 {
		port := firstPort + rand.IntN(manyPorts)
		// A name outside the file system, which goes with the process that has it.
		name, err := net.Listen("unix", fmt.Sprintf("@convenantbot-test-port-%d", port))
		if err != nil {
			last = err
			continue
		}
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			last = err
			_ = name.Close()
			continue
		}
		_ = l.Close()
		ports.mine = append(ports.mine, name)
		return port, nil
	}
	return 0, fmt.Errorf("no port is free: %w", last)
}
