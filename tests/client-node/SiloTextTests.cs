using V1 = Federated.Protocol.V1;

namespace Federated.ClientNode.Tests;

public sealed class SiloTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("run 7: für ε ≤ 3 日本 🙂", "run 7: für ε ≤ 3 日本 🙂")]
    [InlineData("a\u001b[2Jb", "a\ufffd[2Jb")]
    [InlineData("a\r\nINF b", "a\ufffd\ufffdINF b")]
    [InlineData("a\u202eb\u200bc\u2028d\u0085e", "a\ufffdb\ufffdc\ufffdd\ufffde")]
    public void What_is_not_visible_is_replaced(string? text, string plain)
    {
        Assert.Equal(plain, SiloText.Plain(text));
    }

    [Fact]
    public void A_long_text_is_cut_between_characters()
    {
        Assert.Equal(new string('a', 300), SiloText.Plain(new string('a', 1000)));
        Assert.Equal(new string('a', 299), SiloText.Plain(new string('a', 299) + "🙂"));
    }

    [Fact]
    public void Every_text_of_an_answer_is_made_plain()
    {
        const string Evil = "\u001b[2J";
        var digest = new string('a', 64);

        var assignment = new V1.Assignment
        {
            RunDigest = digest,
            RunName = Evil,
            BaseDigest = digest,
        };
        var ended = new V1.RunEnded
        {
            RunDigest = digest,
            Outcome = Evil,
            Reason = Evil,
        };
        V1.CheckInReply[] replies =
        [
            new() { Assignment = assignment },
            new() { Wait = new V1.Wait { Reason = Evil } },
            new() { Ended = ended },
            new()
            {
                Refusal = new V1.Refusal { Reason = Evil, Message = Evil },
            },
        ];

        Assert.All(
            replies,
            reply => Assert.DoesNotContain("\u001b", SiloMessages.Answer(reply).ToString(), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_final_digest_is_checked_like_any_other()
    {
        var ended = new V1.RunEnded { RunDigest = new string('a', 64), FinalDigest = "../../etc" };

        Assert.Throws<SiloRefusedException>(() => SiloMessages.Answer(new V1.CheckInReply { Ended = ended }));
    }
}
