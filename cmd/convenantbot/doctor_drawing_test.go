package main

import (
	"testing"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/internal/render"
)

func TestDoctorSaysHowDocumentsAreDrawn(t *testing.T) {
	for _, c := range []struct {
		kernel render.Confinement
		level  mattermost.Level
		have   string
	}{
		{render.Confinement{Seccomp: true, Landlock: 7}, mattermost.Good, "bounds, seccomp, landlock 7"},
		{render.Confinement{Seccomp: true, Landlock: 1}, mattermost.Good, "bounds, seccomp, landlock 1"},
		{render.Confinement{Seccomp: true}, mattermost.Advice, "bounds, seccomp, no landlock"},
		{render.Confinement{Landlock: 7}, mattermost.Broken, "no seccomp"},
		{render.Confinement{}, mattermost.Broken, "no seccomp"},
	} {
		if f := drawing(c.kernel); f.Code != "drawing" || f.Level != c.level || f.Have != c.have {
			t.Errorf("drawing(%+v) = %+v, want %s: %s", c.kernel, f, c.level, c.have)
		}
	}
	// And of the kernel that this runs on it says what is so.
	if c := render.Confined(); !c.Seccomp || c.Landlock < 0 {
		t.Errorf("this kernel: %+v", c)
	}
}
