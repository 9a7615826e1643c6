package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// mostColours is how many a picture with a palette has.
const mostColours = 256

// small is a picture in its most frequent colours, which takes a third of the room.
func small(data []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	bounds := picture.Bounds()
	reduced := image.NewPaletted(bounds, frequent(picture))
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			reduced.Set(x, y, picture.At(x, y))
		}
	}
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, reduced)
	return b.Bytes(), err
}

// frequent are the colours of most points.
func frequent(picture image.Image) color.Palette {
	points := map[color.Color]int{}
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			points[picture.At(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(points), func(a, b color.Color) int { return cmp.Compare(points[b], points[a]) })
	return all[:min(len(all), mostColours)]
}
