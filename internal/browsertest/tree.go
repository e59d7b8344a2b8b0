package browsertest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-rod/rod/lib/proto"
)

// Node is one thing of a page as a screen reader is told of it.
type Node struct {
	Role, Name, Value, About string            // About: its description
	Is                       map[string]string // what else is said of it, such as level, checked or live
	Depth                    int
	Parent                   int // its place in the tree, -1 for the page itself
}

// controls are the roles of what can be used.
var controls = []string{"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "spinbutton", "tab", "menuitem", "option", "Date", "DisclosureTriangle"}

// places are the roles of what one finds one's way by: within one of these, a name
// says what a control does.
var places = []string{"RootWebArea", "banner", "navigation", "main", "complementary", "contentinfo", "form", "region", "search", "log", "dialog", "alertdialog", "article", "listitem", "row", "radiogroup", "group"}

// said are the properties that are kept.
var said = []string{"level", "checked", "expanded", "disabled", "required", "invalid", "modal", "live", "focused", "selected", "pressed", "url"}

// Tree is what a screen reader is told of the page, in its order. What is only there
// for the looks is left out.
func (p *Page) Tree() []Node {
	p.t.Helper()
	var got *proto.AccessibilityGetFullAXTreeResult
	var err error
	// A page that renews itself meanwhile answers with an error and is asked again.
	for end := time.Now().Add(Patience); ; time.Sleep(50 * time.Millisecond) {
		if got, err = (proto.AccessibilityGetFullAXTree{}).Call(p.Timeout(Patience)); err == nil && len(got.Nodes) > 0 {
			break
		}
		if time.Now().After(end) {
			p.t.Fatalf("what a screen reader is told: %v", err)
		}
	}
	byID := map[proto.AccessibilityAXNodeID]*proto.AccessibilityAXNode{}
	for _, n := range got.Nodes {
		byID[n.NodeID] = n
	}
	var tree []Node
	var walk func(n *proto.AccessibilityAXNode, depth, parent int)
	walk = func(n *proto.AccessibilityAXNode, depth, parent int) {
		one := Node{Role: word(n.Role), Name: word(n.Name), Value: word(n.Value), About: word(n.Description), Is: map[string]string{}, Depth: depth, Parent: parent}
		if silent := n.Ignored || slices.Contains([]string{"none", "generic", "InlineTextBox", "LineBreak", "ListMarker", ""}, one.Role); !silent {
			for _, q := range n.Properties {
				if v := word(q.Value); slices.Contains(said, string(q.Name)) && v != "" && v != "false" && v != "off" {
					one.Is[string(q.Name)] = v
				}
			}
			tree = append(tree, one)
			depth, parent = depth+1, len(tree)-1
		}
		for _, id := range n.ChildIDs {
			if child := byID[id]; child != nil {
				walk(child, depth, parent)
			}
		}
	}
	walk(got.Nodes[0], 0, -1)
	return tree
}

func word(v *proto.AccessibilityAXValue) string {
	if v == nil || v.Value.Nil() {
		return ""
	}
	return strings.Join(strings.Fields(v.Value.String()), " ")
}

// String is one line of a tree.
func (n Node) String() string {
	line := strings.Repeat("  ", n.Depth) + n.Role
	if n.Name != "" {
		line += fmt.Sprintf(" %q", n.Name)
	}
	if n.Value != "" && n.Value != n.Name {
		line += fmt.Sprintf(" = %q", n.Value)
	}
	if n.About != "" {
		line += fmt.Sprintf(" (%s)", n.About)
	}
	for _, name := range said {
		if v := n.Is[name]; v != "" && name != "url" && name != "focused" {
			line += " " + name + ":" + v
		}
	}
	return line
}

// Heard holds the page against what somebody must be able to tell who hears it: what
// can be used has a name, headings go down one level at a time, and within one part of
// the page no two controls are called alike and do another thing. Where SCREENSHOTS
// names a folder, the tree is kept there as text.
func (p *Page) Heard(name string) {
	p.t.Helper()
	tree := p.Tree()
	// A browser tells of what changed when it gets to it.
	for end := time.Now().Add(15 * time.Second); len(Unclear(tree)) > 0 && time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		tree = p.Tree()
	}
	for _, wrong := range Unclear(tree) {
		p.t.Errorf("%s, as it is heard: %s", name, wrong)
	}
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	var b strings.Builder
	for _, n := range tree {
		if n.Role != "StaticText" || n.Parent < 0 || tree[n.Parent].Name != n.Name {
			fmt.Fprintln(&b, n)
		}
	}
	at := filepath.Join(dir, name+".txt")
	err := os.MkdirAll(filepath.Dir(at), 0o755)
	if err == nil {
		err = os.WriteFile(at, []byte(b.String()), 0o644)
	}
	if err != nil {
		p.t.Fatalf("keep what is heard of %s: %v", name, err)
	}
}

// Unclear says what cannot be told of a tree by who hears it.
func Unclear(tree []Node) (wrong []string) {
	level := 0
	type use struct {
		place      int
		role, name string
	}
	used := map[use]string{} // to where it leads, or what is said of it
	for i, n := range tree {
		if n.Role == "heading" {
			var now int
			_, _ = fmt.Sscan(n.Is["level"], &now)
			switch {
			case n.Name == "":
				wrong = append(wrong, "a heading says nothing")
			case now > level+1 && (level > 0 || now > 2 || within(tree, i, "dialog") < 0):
				wrong = append(wrong, fmt.Sprintf("the heading %q is of level %d, after one of level %d", n.Name, now, level))
			}
			level = now
		}
		if (n.Role == "dialog" || n.Role == "alertdialog") && n.Name == "" {
			wrong = append(wrong, "a dialog has no name")
		}
		if !slices.Contains(controls, n.Role) || n.Role == "option" && n.Value == "" && n.Name == "" {
			continue
		}
		if n.Name == "" {
			wrong = append(wrong, fmt.Sprintf("a %s has no name, in %s", n.Role, tree[max(0, within(tree, i, places...))]))
			continue
		}
		u := use{within(tree, i, places...), n.Role, n.Name}
		does := n.Is["url"] + "|" + n.About
		if before, twice := used[u]; twice && (before != does || n.Is["url"] == "") && n.Role != "option" && n.Is["disabled"] == "" {
			wrong = append(wrong, fmt.Sprintf("two of %s %q stand in %s", n.Role, n.Name, strings.TrimSpace(tree[max(0, u.place)].String())))
		}
		used[u] = does
	}
	return wrong
}

// within is the nearest of these roles around a node, -1 for none.
func within(tree []Node, i int, roles ...string) int {
	for i = tree[i].Parent; i >= 0; i = tree[i].Parent {
		if slices.Contains(roles, tree[i].Role) {
			return i
		}
	}
	return -1
}
