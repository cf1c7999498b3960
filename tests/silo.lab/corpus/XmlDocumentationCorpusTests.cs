using Federated.Lab.Corpus;

namespace Federated.Lab.Tests.Corpus;

public sealed class XmlDocumentationCorpusTests
{
    [Fact]
    public void A_method_becomes_one_sentence_after_another()
    {
        var member = Assert.Single(
            Read(
                """
                <member name="M:Some.Space.Stack`1.Push(`0)">
                  <summary>Inserts an object
                    at the top of the <see cref="T:Some.Space.Stack`1" /> .</summary>
                  <param name="item">The object; it can be <see langword="null" />.</param>
                  <returns>Whether <paramref name="item" /> fits.</returns>
                  <exception cref="T:System.InvalidOperationException">It is full.</exception>
                  <remarks><para>Fast.</para><code>stack.Push(1);</code><para>See <see cref="M:Some.Space.Stack`1.Pop">pop</see>.</para></remarks>
                </member>
                """
            )
        );

        Assert.Equal(
            "Stack<T>.Push(item): Inserts an object at the top of the Stack<T>. item: The object; it can be null. "
                + "Returns: Whether item fits. Throws InvalidOperationException: It is full. Remarks: Fast. See pop.",
            member.Text
        );
        Assert.Equal("Some.Space.Stack`1", member.DeclaringType);
        Assert.Equal("Push", member.Member);
        Assert.Equal("Some.Assembly", member.Assembly);
    }

    [Theory]
    [InlineData("T:A.B.Thing", "Thing", "A.B.Thing", "")]
    [InlineData("M:A.B.Thing.#ctor(System.Int32)", "Thing", "A.B.Thing", "constructor")]
    [InlineData("P:A.B.Thing.Size", "Thing.Size", "A.B.Thing", "Size")]
    [InlineData("M:A.B.Thing.System#IDisposable#Dispose", "Thing.Dispose", "A.B.Thing", "Dispose")]
    [InlineData("M:A.B.Map`2.Get``1(``0)", "Map<T1, T2>.Get", "A.B.Map`2", "Get")]
    public void An_id_becomes_a_readable_heading(string id, string heading, string type, string name)
    {
        var member = Assert.Single(
            Read($"<member name=\"{id}\"><summary>A summary of enough length.</summary></member>")
        );

        Assert.Equal($"{heading}: A summary of enough length.", member.Text);
        Assert.Equal((type, name), (member.DeclaringType, member.Member));
        Assert.Equal("A summary of enough length.", member.Body);
    }

    [Fact]
    public void Type_parameters_keep_their_documented_names()
    {
        var members = Read(
            """
            <member name="T:A.Map`2"><summary>Maps some keys to values.</summary><typeparam name="TKey">K.</typeparam><typeparam name="TValue">V.</typeparam></member>
            <member name="P:A.Map`2.Count"><summary>Gets how many pairs there are.</summary></member>
            """
        );

        Assert.Equal("Map<TKey, TValue>.Count: Gets how many pairs there are.", members[1].Text);
    }

    [Theory]
    [InlineData("<member name=\"M:A.B.C\"><inheritdoc /></member>")]
    [InlineData("<member name=\"M:A.B.C\"><summary>Short.</summary></member>")]
    [InlineData("<member name=\"N:A.B\"><summary>A namespace is not a member of any type.</summary></member>")]
    [InlineData("<member><summary>A member without a name has no place.</summary></member>")]
    [InlineData("<other />")]
    public void What_says_nothing_about_a_member_gives_no_record(string xml) => Assert.Empty(Read(xml));

    [Fact]
    public void Exact_duplicates_are_kept_once() =>
        Assert.Single(
            Read(
                """
                <member name="M:A.B.C(System.Int32)"><summary>The same words for two overloads.</summary></member>
                <member name="M:A.B.C(System.Int64)"><summary>The same words for two overloads.</summary></member>
                """
            )
        );

    [Fact]
    public void Broken_xml_is_refused_by_file()
    {
        var path = Write("<doc><members>");
        try
        {
            var error = Assert.Throws<InvalidDataException>(() => XmlDocumentationCorpus.Read([path]));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static IReadOnlyList<DocumentedMember> Read(string members)
    {
        var path = Write($"<doc><assembly><name>Some.Assembly</name></assembly><members>{members}</members></doc>");
        try
        {
            return XmlDocumentationCorpus.Read([path]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Write(string xml)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, xml);
        return path;
    }
}
