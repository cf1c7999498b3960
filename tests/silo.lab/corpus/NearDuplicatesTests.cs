using Federated.Lab.Corpus;

namespace Federated.Lab.Tests.Corpus;

public sealed class NearDuplicatesTests
{
    private const string Sentence =
        "Returns the number of elements of the collection that satisfy the given condition, counting each of them once and none twice.";

    [Theory]
    [InlineData(Sentence)]
    [InlineData(
        "returns the NUMBER of elements of the collection, that satisfy the given condition: counting each of them once and none twice"
    )]
    [InlineData(
        "Returns the number of elements of the collection that satisfy the given condition, counting each of them once and none ever."
    )]
    public void A_text_that_says_almost_the_same_is_dropped(string other) =>
        Assert.Equal([Sentence], NearDuplicates.Remove([Sentence, other], text => text));

    [Theory]
    [InlineData("Removes every element of the collection that satisfies the given condition.")]
    [InlineData("Returns")]
    [InlineData("")]
    public void A_text_that_says_something_else_is_kept(string other) =>
        Assert.Equal([Sentence, other], NearDuplicates.Remove([Sentence, other], text => text));

    [Fact]
    public void Digits_do_not_tell_texts_apart() =>
        Assert.Single(
            NearDuplicates.Remove(
                [
                    "Converts the value to a 16-bit integer of that size.",
                    "Converts the value to a 32-bit integer of that size.",
                ],
                text => text
            )
        );

    [Fact]
    public void An_index_holds_others_off_without_changing()
    {
        var index = new NearDuplicateIndex();
        index.Add(Sentence);

        const string other = "Something new altogether.";
        Assert.Equal([other], NearDuplicates.Remove([Sentence, other], text => text, index));
        Assert.False(index.Contains(other));
    }

    [Fact]
    public void Records_are_compared_without_their_headings()
    {
        List<DocumentedMember> members =
        [
            new($"Stack.Push: {Sentence}", "Stack", "Push", "A"),
            new($"Queue.Enqueue: {Sentence}", "Queue", "Enqueue", "A"),
        ];

        Assert.Equal("Stack.Push: " + Sentence, Assert.Single(NearDuplicates.Remove(members)).Text);
    }
}
