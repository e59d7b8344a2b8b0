package config

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
)

// hidden stands where a secret or something personal would have been printed.
const hidden = "[secret]"

// maxSecret bounds the file of a secret, in bytes: a wrong path must not read a
// disk image into memory.
const maxSecret = 64 << 10

// Secret returns the current value of a secret, empty where none was set. It
// never prints as its value. A nil Secret must not be called; Load leaves none.
type Secret func() string

// Fixed returns a Secret with a value that never changes, for tests and for
// values that were made by the program itself.
func Fixed(value string) Secret { return func() string { return value } }

// String hides the value.
func (s Secret) String() string { return hidden }

// GoString hides the value.
func (s Secret) GoString() string { return hidden }

// LogValue hides the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the value, in JSON and YAML as well.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// openSecret returns the secret that given stands for: itself, or with the
// prefix "file:" what is in that file, without the line end. The file must be
// regular, not empty, and readable by its owner alone.
//
// A file is read again at each call. One that has become unreadable, is gone or
// may be read by others keeps its last good value: a slip during a rotation
// should not stop the bot, and the new value was never good.
func openSecret(given string) (Secret, error) {
	path, isFile := strings.CutPrefix(given, "file:")
	if !isFile {
		return Fixed(given), nil
	}
	last, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		if value, err := readSecret(path); err == nil {
			last = value
		}
		return last
	}, nil
}

func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	// The opened file is looked at, not the path: what was checked is what is read.
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	if !ownOnly(info, os.Geteuid(), os.Getegid()) {
		return "", fmt.Errorf("%s can be read by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	bytes, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", err
	}
	if len(bytes) > maxSecret {
		return "", fmt.Errorf("%s is larger than %d bytes", path, maxSecret)
	}
	value := strings.TrimRight(string(bytes), "\r\n")
	if value == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return value, nil
}

// ownOnly says whether a file is for the account with these numbers alone: by its
// mode, or because it is root's and our own group may read it. In that way a
// cluster hands secrets to an account that is not root, and there is no other.
// Nobody but root could have given it that group, or anything in it.
func ownOnly(info os.FileInfo, uid, gid int) bool {
	mode := info.Mode().Perm()
	if mode&0o077 == 0 {
		return true
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	return known && mode&0o077 == 0o040 && uid != 0 && gid != 0 && owner.Uid == 0 && owner.Gid == uint32(gid)
}

// parseKey reads a key of 32 bytes from hexadecimal or base64.
func parseKey(value string) ([]byte, error) {
	value = strings.TrimSpace(value)
	if key, err := hex.DecodeString(value); err == nil && len(key) == 32 {
		return key, nil
	}
	if key, err := base64.StdEncoding.DecodeString(value); err == nil && len(key) == 32 {
		return key, nil
	}
	return nil, errors.New("want 32 bytes in hexadecimal or base64, for example from: openssl rand -hex 32")
}
