using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Federated.ClientNode;

/// <summary><c>fednode records</c>: images in MNIST's files as the records that a node takes.</summary>
internal static class RecordsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var images = new Option<string>("--images")
        {
            Description = "An idx file of unsigned bytes, n x height x width or n x channels x height x width.",
            Required = true,
            HelpName = "FILE",
        };
        var labels = new Option<string>("--labels")
        {
            Description = "An idx file with the label of each image.",
            Required = true,
            HelpName = "FILE",
        };
        var names = new Option<string?>("--names")
        {
            Description =
                "The labels by name, separated by commas, in the order of their numbers. Default: the numbers.",
        };
        var output = new Option<string>("--out")
        {
            Description = "The JSONL file to make; one image a line, so that it can be split anywhere.",
            Required = true,
            HelpName = "FILE",
        };
        var json = HomeOption.Json();
        var command = new Command(
            "records",
            "Writes images in MNIST's idx format, plain or .gz, as records that an image classifier is trained on.\n"
                + "Example: fednode records --images train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz --out records.jsonl"
        )
        {
            images,
            labels,
            names,
            output,
            json,
        };
        command.SetAction(
            (parsed, cancellation) =>
                CommandRun.GuardAsync(() =>
                {
                    var target = parsed.GetValue(output)!;
                    var written = ImageRecords.Write(
                        parsed.GetValue(images)!,
                        parsed.GetValue(labels)!,
                        parsed.GetValue(names)?.Split(',', StringSplitOptions.TrimEntries),
                        target,
                        cancellation
                    );
                    Console.WriteLine(parsed.GetValue(json) ? Json(target, written) : Sentence(target, written));
                    return Task.FromResult(ExitCode.Ok);
                })
        );
        return command;
    }

    private static string Sentence(string target, WrittenImages written) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{target}: {written.Images} images of {written.Channels}x{written.Height}x{written.Width}, labels 0 … {written.Labels - 1}"
        );

    private static string Json(string target, WrittenImages written) =>
        JsonSerializer.Serialize(
            new
            {
                file = target,
                images = written.Images,
                channels = written.Channels,
                height = written.Height,
                width = written.Width,
                labels = written.Labels,
            },
            NodeJson.Options
        );
}
