package knowledge

import (
	"math"
	"math/rand/v2"
)

type linear struct {
	w       []float32 // feature*classes
	classes int
}

// trainLinear trains softmax regression with AdaGrad on rows.
func trainLinear(rows []sparse, owner []int, weight []float32, features, classes, epochs int, rate, l2 float64) *linear {
	m := &linear{w: make([]float32, features*classes), classes: classes}
	g2 := make([]float32, features)
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	dice := rand.New(rand.NewPCG(1, 2))
	p := make([]float32, classes)
	for range epochs {
		dice.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, d := range order {
			row := rows[d]
			m.logits(row, p)
			softmax(p)
			p[owner[d]] -= 1
			n := float32(0)
			for _, x := range p {
				n += x * x
			}
			for i, id := range row.id {
				x := row.weight[i]
				g2[id] += x * x * n
				step := float32(rate) * weight[d] * x / float32(math.Sqrt(float64(g2[id])+1e-6))
				w := m.w[int(id)*classes : (int(id)+1)*classes]
				decay := float32(1 - l2*rate)
				for c := range w {
					w[c] = w[c]*decay - step*p[c]
				}
			}
		}
	}
	return m
}

func (m *linear) logits(row sparse, out []float32) {
	for i := range out {
		out[i] = 0
	}
	for i, id := range row.id {
		w := m.w[int(id)*m.classes : (int(id)+1)*m.classes]
		x := row.weight[i]
		for c, v := range w {
			out[c] += x * v
		}
	}
}

func softmax(p []float32) {
	top := p[0]
	for _, x := range p {
		top = max(top, x)
	}
	sum := float32(0)
	for i, x := range p {
		p[i] = float32(math.Exp(float64(x - top)))
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}
