package testserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// A test used to fail when another, or a connection of its own, took the port between
// the moment it was found free and the moment its server listened.
func TestAPortIsGivenOutOnce(t *testing.T) {
	const asks = "TESTSERVER_PORTS"
	const many = 200
	if os.Getenv(asks) != "" {
		for range many {
			port, err := Port()
			fmt.Println("port", port, err)
		}
		_, _ = os.Stdin.Read(make([]byte, 1)) // it lives, and holds them
		return
	}
	seen := map[int]bool{}
	for range many {
		port, err := Port()
		if err != nil {
			t.Fatal(err)
		}
		if seen[port] || port >= 32768 || port+10000 >= 32768 {
			t.Errorf("Port() = %d", port)
		}
		seen[port] = true
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatalf("a server cannot have port %d: %v", port, err)
		}
		_ = l.Close()
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command(self, "-test.run", "^"+t.Name()+"$")
	other.Env = append(os.Environ(), asks+"=yes")
	out, err := other.Output()
	if err != nil {
		t.Fatal(err)
	}
	its := 0
	for _, line := range strings.Split(string(out), "\n") {
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "port" || words[2] != "<nil>" {
			continue
		}
		port, _ := strconv.Atoi(words[1])
		if its++; seen[port] {
			t.Errorf("port %d is given to two processes", port)
		}
	}
	if its != many {
		t.Errorf("the other process got %d ports, want %d; it said %s", its, many, out)
	}
}
