package knowledge

import (
	"math"
	"math/rand/v2"
)

// lesson is one question whose right candidates are known.
type lesson struct {
	list   []traits
	right  []int // places in list; empty when none of them is
	weight float64
}

// fitNetwork trains the second stage: for each lesson the right candidates
// together should get all of the chance that the candidates share (listwise
// softmax), by Adam with a little shrinking. The same lessons and seed give the
// same network.
func fitNetwork(lessons []lesson, units, epochs int, shrink float64, seed uint64) *network {
	n := &network{Mean: make([]float32, traitCount), Scale: make([]float32, traitCount)}
	count := 0.0
	var sum, square [traitCount]float64
	for _, l := range lessons {
		for i := range l.list {
			for j, x := range l.list[i] {
				sum[j] += float64(x)
				square[j] += float64(x) * float64(x)
			}
			count++
		}
	}
	for j := range traitCount {
		mean := sum[j] / count
		n.Mean[j] = float32(mean)
		n.Scale[j] = float32(1 / math.Sqrt(square[j]/count-mean*mean+1e-4))
	}
	// All weights in one row: plain, then per unit its signs and bias, then out.
	size := traitCount + units*(traitCount+1) + units
	w := make([]float64, size)
	dice := rand.New(rand.NewPCG(seed, 3))
	for i := traitCount; i < size; i++ {
		w[i] = dice.NormFloat64() / math.Sqrt(traitCount)
	}
	m, v, g := make([]float64, size), make([]float64, size), make([]float64, size)
	outAt := traitCount + units*(traitCount+1)
	var x [secondStage][traitCount]float64
	hidden := make([]float64, secondStage*units)
	order := make([]int, 0, len(lessons))
	for i, l := range lessons {
		if len(l.right) > 0 && len(l.right) < len(l.list) {
			order = append(order, i)
		}
	}
	const batch = 16
	step := 0
	for epoch := range epochs {
		dice.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		rate := 0.004 * (0.5 + 0.5*math.Cos(math.Pi*float64(epoch)/float64(epochs)))
		for from := 0; from < len(order); from += batch {
			clear(g)
			for _, li := range order[from:min(from+batch, len(order))] {
				l := &lessons[li]
				var z [secondStage]float64
				top := math.Inf(-1)
				for i := range l.list {
					s := 0.0
					for j := range traitCount {
						x[i][j] = float64((l.list[i][j] - n.Mean[j]) * n.Scale[j])
						s += w[j] * x[i][j]
					}
					for h := range units {
						at := traitCount + h*(traitCount+1)
						a := w[at+traitCount]
						for j := range traitCount {
							a += w[at+j] * x[i][j]
						}
						hidden[i*units+h] = max(a, 0)
						s += w[outAt+h] * max(a, 0)
					}
					z[i] = s
					top = max(top, s)
				}
				all, good := 0.0, 0.0
				for i := range l.list {
					z[i] = math.Exp(z[i] - top)
					all += z[i]
				}
				for _, i := range l.right {
					good += z[i]
				}
				for i := range l.list {
					d := z[i] / all
					for _, r := range l.right {
						if r == i {
							d -= z[i] / good
						}
					}
					d *= l.weight
					if math.Abs(d) < 1e-5 {
						continue
					}
					for j := range traitCount {
						g[j] += d * x[i][j]
					}
					for h := range units {
						a := hidden[i*units+h]
						if a <= 0 {
							continue
						}
						g[outAt+h] += d * a
						at := traitCount + h*(traitCount+1)
						back := d * w[outAt+h]
						for j := range traitCount {
							g[at+j] += back * x[i][j]
						}
						g[at+traitCount] += back
					}
				}
			}
			step++
			c1, c2 := 1-math.Pow(0.9, float64(step)), 1-math.Pow(0.999, float64(step))
			for i := range w {
				d := g[i]/batch + shrink*w[i]
				m[i] = 0.9*m[i] + 0.1*d
				v[i] = 0.999*v[i] + 0.001*d*d
				w[i] -= rate * (m[i] / c1) / (math.Sqrt(v[i]/c2) + 1e-8)
			}
		}
	}
	for j := range traitCount {
		n.Plain = append(n.Plain, float32(w[j]))
	}
	for h := range units {
		at := traitCount + h*(traitCount+1)
		unit := make([]float32, traitCount+1)
		for j := range unit {
			unit[j] = float32(w[at+j])
		}
		n.Hidden = append(n.Hidden, unit)
		n.Out = append(n.Out, float32(w[outAt+h]))
	}
	return n
}

// round keeps four digits: more would only make the file longer.
func (n *network) round() {
	rows := append([][]float32{n.Mean, n.Scale, n.Plain, n.Out}, n.Hidden...)
	for _, row := range rows {
		for i, x := range row {
			row[i] = float32(math.Round(float64(x)*1e4) / 1e4)
		}
	}
}
