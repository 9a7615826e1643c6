package main

import (
	"bytes"

	"github.com/spf13/cobra"
)

// bashWithout stands in for what the package bash-completion brings, in a bash
// that has not got it: the words of the line, as they were typed.
const bashWithout = `# bash completion without the package bash-completion
if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
    _get_comp_words_by_ref()
    {
        local line=${COMP_LINE:0:COMP_POINT}
        read -ra words <<<"$line"
        if [[ -z $line || $line == *[[:space:]] ]]; then
            words+=("")
        fi
        cword=$((${#words[@]} - 1))
        cur=${words[cword]}
        prev=""
        if ((cword > 0)); then
            prev=${words[cword - 1]}
        fi
    }
fi

`

// mendBash has "completion bash" print a script that needs no other package.
func mendBash(root *cobra.Command) {
	root.InitDefaultCompletionCmd("completion")
	bash, _, err := root.Find([]string{"completion", "bash"})
	if err != nil || bash == root {
		return // cobra has none, then there is nothing to mend
	}
	bash.RunE = func(c *cobra.Command, _ []string) error {
		described, err := c.Flags().GetBool("no-descriptions")
		if err != nil {
			return err
		}
		script := bytes.NewBufferString(bashWithout)
		if err := c.Root().GenBashCompletionV2(script, !described); err != nil {
			return err
		}
		_, err = script.WriteTo(c.OutOrStdout())
		return err
	}
}
