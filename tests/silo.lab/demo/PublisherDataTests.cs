using Federated.Lab.Demo;
using Federated.Lab.Demo.Data;

namespace Federated.Lab.Tests.Demo;

public sealed class PublisherDataTests
{
    private static readonly RestoredPackages Packages = RestoredPackages.Load(AssetsFile, Override);

    private static string AssetsFile => Path.Combine(AppContext.BaseDirectory, RestoredPackages.AssetsFile);

    private static string? Override => Environment.GetEnvironmentVariable("NUGET_PACKAGES");

    public static TheoryData<string> Everyone =>
        [.. Publisher.Training.Take(DemoDefaults.Nodes).Append(Publisher.HeldOut).Select(publisher => publisher.Name)];

    [Theory]
    [MemberData(nameof(Everyone))]
    public void Each_publisher_has_one_to_six_thousand_distinct_records(string name)
    {
        var members = PublisherData.Read(Packages, Find(name));

        Assert.InRange(members.Count, 1000, 6000);
        Assert.Equal(members.Count, members.Select(member => member.Text).Distinct().Count());
        Assert.True(members.Select(member => member.DeclaringType).Distinct().Count() > 100);
    }

    [Fact]
    public void A_publisher_over_the_limit_is_thinned_evenly()
    {
        var members = PublisherData.Read(Packages, Find("roslyn"));

        Assert.Equal(PublisherData.MostRecords, members.Count);
        Assert.Equal(members.Count, members.Select(member => member.Text).Distinct().Count());
    }

    [Fact]
    public void Records_are_written_one_a_line_with_text_and_group()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("npgsql.jsonl");
        var members = PublisherData.Read(Packages, Publisher.HeldOut);

        var organisation = PublisherData.Write("npgsql", members, file);

        var lines = File.ReadAllLines(file);
        Assert.Equal(members.Count, organisation.Records);
        Assert.Equal(members.Count, lines.Length);
        using var first = System.Text.Json.JsonDocument.Parse(lines[0]);
        Assert.Equal(members[0].Text, first.RootElement.GetProperty("text").GetString());
        Assert.Equal(members[0].DeclaringType, first.RootElement.GetProperty("group").GetString());
    }

    [Fact]
    public void A_publisher_whose_packages_are_not_here_is_an_error_that_says_what_to_do()
    {
        var error = Assert.Throws<DemoException>(() =>
            PublisherData.Read(Packages, new Publisher("x", ["No.Such.Package"]))
        );

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("dotnet restore", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_without_packages_is_an_error_that_names_the_folder()
    {
        var error = Assert.Throws<DemoException>(() => RestoredPackages.Load(AssetsFile, "/no/such/folder"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("/no/such/folder", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4637, 4600)]
    [InlineData(1369, 1300)]
    [InlineData(128, 120)]
    [InlineData(9, 9)]
    public void The_declared_count_is_coarse(int records, int declared) =>
        Assert.Equal(declared, new Organisation("x", "x.jsonl", records).DeclaredRecords);

    private static Publisher Find(string name) =>
        Publisher.Training.Append(Publisher.HeldOut).Single(p => p.Name == name);
}
