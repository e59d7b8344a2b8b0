package main

import (
	"syscall"
	"testing"
)

// mustKill ends a process as kill -9 does.
func mustKill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatalf("kill %d: %v", pid, err)
	}
}
