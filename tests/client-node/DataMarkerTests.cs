using Serilog.Core;
using Serilog.Events;

namespace Federated.ClientNode.Tests;

public sealed class DataMarkerTests : IDisposable
{
    private static readonly string FirstHome = new('a', 64);
    private static readonly string SecondHome = new('b', 64);
    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public DataMarkerTests() => _data = _folder.Write("data.jsonl", Some.Records(20));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_home_on_the_same_data_is_refused_with_3_and_the_first_goes_on()
    {
        Claim(_data, FirstHome);
        Claim(_data, FirstHome);

        var error = Assert.Throws<DataMarkerException>(() => Claim(_data, SecondHome));

        Assert.Contains("--adopt-data", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, CommandRun.CodeOf(error));
        Claim(_data, FirstHome);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void A_link_to_the_data_leads_to_the_same_marker()
    {
        Claim(_data, FirstHome);
        Directory.CreateDirectory(_folder.File("elsewhere"));
        var link = _folder.File("elsewhere/link.jsonl");
        File.CreateSymbolicLink(link, _data);
        var linkedFolder = _folder.File("linked");
        Directory.CreateSymbolicLink(linkedFolder, _folder.Path);

        Assert.Throws<DataMarkerException>(() => Claim(link, SecondHome));
        Assert.Throws<DataMarkerException>(() => Claim(Path.Combine(linkedFolder, "data.jsonl"), SecondHome));
        Directory.Delete(linkedFolder);
    }

    [Fact]
    public void Two_files_of_one_folder_may_have_two_homes()
    {
        var other = _folder.Write("other.jsonl", Some.Records(20));
        Claim(_data, FirstHome);
        Claim(other, SecondHome);
        Assert.Throws<DataMarkerException>(() => Claim(other, FirstHome));
    }

    [Theory]
    [InlineData("")]
    [InlineData("federated-source 1\nabc\n")]
    [InlineData("federated-source 2\n")]
    public void A_damaged_marker_is_refused_until_the_owner_decides(string text)
    {
        File.WriteAllText(DataMarker.PathOf(_data), text);

        var error = Assert.Throws<DataMarkerException>(() => Claim(_data, FirstHome));

        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Claim(_data, FirstHome, adopt: true);
        Claim(_data, FirstHome);
    }

    [Fact]
    public void Adopted_data_are_the_new_homes_and_the_owner_is_told_what_that_means()
    {
        Claim(_data, FirstHome);

        var warning = Assert.Single(Claim(_data, SecondHome, adopt: true));

        Assert.Contains("not taken off this budget", warning, StringComparison.Ordinal);
        Assert.Empty(Claim(_data, SecondHome));
        Assert.Throws<DataMarkerException>(() => Claim(_data, FirstHome));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_gets_no_marker_but_a_warning()
    {
        // /proc takes no new file, from nobody.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a folder that not even root may write");

        var warning = Assert.Single(Claim("/proc/version", FirstHome));

        Assert.Contains("would not be noticed", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_join_from_a_second_home_ends_with_3_before_the_silo_is_called()
    {
        Task<(int Exit, string Output, string Error)> Join(string home, string more = "") =>
            FednodeProcess.RunAsync(
                $"join http://127.0.0.1:1 --data {_data} --home {_folder.File(home)} --declared-records 30 {more}"
            );

        // Without a token it ends once everything on this machine is in order.
        Assert.Equal(2, (await Join("first")).Exit);
        var (exit, _, error) = await Join("second");

        Assert.Equal(3, exit);
        Assert.Contains(".data.jsonl.federated-source names another home", error, StringComparison.Ordinal);
        Assert.Equal(2, (await Join("second", "--adopt-data")).Exit);
    }

    private static List<string> Claim(string data, string home, bool adopt = false)
    {
        var sink = new Warnings();
        using var log = new Serilog.LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        DataMarker.Claim(data, home, adopt, log);
        return sink.Seen;
    }

    private sealed class Warnings : ILogEventSink
    {
        public List<string> Seen { get; } = [];

        public void Emit(LogEvent logEvent) => Seen.Add(logEvent.RenderMessage(null));
    }
}
