package seal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
)

// Memory is an Epochs that forgets everything with the process: for tests.
type Memory struct {
	mu    sync.Mutex
	boxes map[string][]byte
}

var (
	_ Epochs = (*Memory)(nil)
	_ Epochs = (*Dir)(nil)
)

// Load implements Epochs.
func (m *Memory) Load(_ context.Context, epoch string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	box, ok := m.boxes[epoch]
	if !ok {
		return nil, ErrNoEpoch
	}
	return slices.Clone(box), nil
}

// Store implements Epochs.
func (m *Memory) Store(_ context.Context, epoch string, box []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.boxes == nil {
		m.boxes = map[string][]byte{}
	}
	if _, ok := m.boxes[epoch]; !ok {
		m.boxes[epoch] = slices.Clone(box)
	}
	return slices.Clone(m.boxes[epoch]), nil
}

// Replace implements Epochs.
func (m *Memory) Replace(_ context.Context, epoch string, box []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.boxes[epoch]; !ok {
		return ErrNoEpoch
	}
	m.boxes[epoch] = slices.Clone(box)
	return nil
}

// Drop implements Epochs.
func (m *Memory) Drop(_ context.Context, epoch string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.boxes[epoch])
	delete(m.boxes, epoch)
	return nil
}

// List implements Epochs.
func (m *Memory) List(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	names := make([]string, 0, len(m.boxes))
	for name := range m.boxes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Dir keeps epochs as files "2026-11.key" of mode 0600 in a directory of mode
// 0700, outside the database and so outside its backups.
type Dir struct{ path string }

var epochName = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}$`)

// NewDir returns the epochs in path, which it makes when it is not there. A
// directory that others can read is an error, and so is a mistyped place: only
// the last part of path is made.
func NewDir(path string) (*Dir, error) {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make directory of epochs: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at directory of epochs: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: mode is %04o, others must not read it (0700)", path, info.Mode().Perm())
	}
	return &Dir{path}, nil
}

func (d *Dir) file(epoch string) (string, error) {
	if !epochName.MatchString(epoch) {
		return "", ErrNoEpoch
	}
	return filepath.Join(d.path, epoch+".key"), nil
}

// Load implements Epochs.
func (d *Dir) Load(_ context.Context, epoch string) ([]byte, error) {
	name, err := d.file(epoch)
	if err != nil {
		return nil, err
	}
	box, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoEpoch
	}
	return box, err
}

// Store implements Epochs.
func (d *Dir) Store(ctx context.Context, epoch string, box []byte) ([]byte, error) {
	name, err := d.file(epoch)
	if err != nil {
		return nil, err
	}
	temp, err := d.temp(box)
	if err != nil {
		return nil, err
	}
	defer os.Remove(temp)
	// A link fails when the name exists, and is all or nothing; a rename would
	// overwrite the key of whoever came first.
	if err := os.Link(temp, name); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	if err := d.sync(); err != nil {
		return nil, err
	}
	return d.Load(ctx, epoch)
}

// Replace implements Epochs.
func (d *Dir) Replace(ctx context.Context, epoch string, box []byte) error {
	name, err := d.file(epoch)
	if err != nil {
		return err
	}
	if _, err := d.Load(ctx, epoch); err != nil {
		return err
	}
	temp, err := d.temp(box)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		os.Remove(temp)
		return err
	}
	return d.sync()
}

// Drop implements Epochs. It overwrites before it removes, which helps on plain
// disks and not on copy-on-write ones.
func (d *Dir) Drop(ctx context.Context, epoch string) error {
	name, err := d.file(epoch)
	if err != nil {
		return nil
	}
	box, err := d.Load(ctx, epoch)
	if errors.Is(err, ErrNoEpoch) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, werr := f.Write(make([]byte, len(box)))
	if err := errors.Join(werr, f.Sync(), f.Close(), os.Remove(name)); err != nil {
		return err
	}
	return d.sync()
}

// List implements Epochs.
func (d *Dir) List(context.Context) ([]string, error) {
	files, err := os.ReadDir(d.path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if name, ok := cutKey(f.Name()); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func cutKey(file string) (string, bool) {
	if filepath.Ext(file) != ".key" {
		return "", false
	}
	name := file[:len(file)-len(".key")]
	return name, epochName.MatchString(name)
}

func (d *Dir) temp(box []byte) (string, error) {
	f, err := os.CreateTemp(d.path, "new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(box)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

func (d *Dir) sync() error {
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
