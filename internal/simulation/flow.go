package simulation

import "math"

// graph is a network of which the maximum flow is wanted.
type graph struct {
	edges []edge
	from  [][]int // the edges of each node
}

// edge has its reverse next to it: that of edge e is e^1.
type edge struct {
	to   int
	left int64
}

func newGraph(nodes int) *graph { return &graph{from: make([][]int, nodes)} }

func (g *graph) connect(from, to int, capacity int64) {
	g.from[from] = append(g.from[from], len(g.edges))
	g.from[to] = append(g.from[to], len(g.edges)+1)
	g.edges = append(g.edges, edge{to, capacity}, edge{from, 0})
}

// flow returns the maximum flow, by shortest augmenting paths (Edmonds and
// Karp 1972). It uses the graph up.
func (g *graph) flow(source, sink int) (total int64) {
	for {
		path := g.path(source, sink)
		if path == nil {
			return total
		}
		most := int64(math.MaxInt64)
		for _, e := range path {
			most = min(most, g.edges[e].left)
		}
		for _, e := range path {
			g.edges[e].left -= most
			g.edges[e^1].left += most
		}
		total += most
	}
}

// path returns the edges of a shortest path with room, the last first; nil for
// none.
func (g *graph) path(source, sink int) []int {
	via := make([]int, len(g.from))
	for i := range via {
		via[i] = -1
	}
	for queue := []int{source}; len(queue) > 0 && via[sink] < 0; queue = queue[1:] {
		for _, e := range g.from[queue[0]] {
			if to := g.edges[e].to; g.edges[e].left > 0 && via[to] < 0 && to != source {
				via[to] = e
				queue = append(queue, to)
			}
		}
	}
	if via[sink] < 0 {
		return nil
	}
	var path []int
	for node := sink; node != source; node = g.edges[via[node]^1].to {
		path = append(path, via[node])
	}
	return path
}
