// Package deploy checks what is shipped beside the program: the image, the
// compose files, the chart, the unit, the pages that go with them. It reads them
// with the libraries of the programs that will read them in earnest, and runs
// what can be run without an engine or a cluster.
//
// It is a module of its own, since those libraries are many and the product
// needs none of them. Nothing imports it; "make deployment" runs its tests. They
// need root only where a test says so, and nothing from a network.
package deploy
