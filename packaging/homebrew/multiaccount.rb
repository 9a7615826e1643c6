# A formula that builds from source: brew install --HEAD ./packaging/homebrew/multiaccount.rb
# A release adds url and sha256 of its source archive; head stays.
class Multiaccount < Formula
  desc "Keep several accounts of an AI provider usable as one"
  homepage "https://github.com/seed-810f1486/multiaccount"
  license "MIT"
  head "https://github.com/seed-810f1486/multiaccount.git", branch: "main"

  depends_on "go" => :build

  def install
    system "go", "build", *std_go_args(ldflags: "-s -w"), "./cmd/multiaccount"
    man1.mkpath
    system bin/"multiaccount", "man", man1
    chmod 0644, Dir[man1/"*.1"]
    generate_completions_from_executable(bin/"multiaccount", "completion")
  end

  test do
    ENV["MULTIACCOUNT_DIR"] = testpath/"state"
    assert_match "no accounts yet", shell_output("#{bin}/multiaccount status")
  end
end
