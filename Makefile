# The commands that people type; .ci/run is what decides about a merge.

.PHONY: help demo test lint docs bench ci

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

demo: ## the engine at work against a fake provider
	go run ./cmd/multiaccount demo

test: ## all tests
	go test ./...

lint: ## format and vet
	gofmt -l .
	go vet ./...

docs: ## write the generated pages anew
	go test ./settings ./tests/conformance ./tests/docs ./internal/simulation -update
	go test ./cmd/multiaccount -run TestPage -update

bench: ## the benchmarks of docs/performance.md
	go test -run '^$$' -bench . . ./policy ./persistence ./tests/multiprocess ./tests/crash

ci: ## everything that must hold before a merge
	.ci/run
