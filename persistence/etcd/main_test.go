package etcd_test

import (
	"fmt"
	"os"
	"testing"
)

// The variables that make this program a member of a cluster, or an engine.
const (
	memberVariable = "MULTIACCOUNT_TEST_MEMBER"
	engineVariable = "MULTIACCOUNT_TEST_ENGINE"
)

func TestMain(m *testing.M) {
	var err error
	switch {
	case os.Getenv(memberVariable) != "":
		err = beMember(os.Getenv(memberVariable))
	case os.Getenv(engineVariable) != "":
		err = beEngine(os.Getenv(engineVariable), os.Stdin, os.Stdout)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
