namespace Federated.Lab.Demo.Processes;

/// <summary>Where a built program of this solution lies: beside the folder of the program that asks.</summary>
/// <remarks>Every project builds to <c>artifacts/bin/PROJECT/CONFIGURATION/</c>, so a neighbour is two folders up and two down.</remarks>
internal static class ProgramFolder
{
    /// <summary>Finds <paramref name="program"/> in the output folder of <paramref name="project"/>, built in the same configuration.</summary>
    /// <exception cref="DemoException">It has not been built.</exception>
    public static ChildProgram Find(string project, string program) => Find(AppContext.BaseDirectory, project, program);

    internal static ChildProgram Find(string baseDirectory, string project, string program)
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(baseDirectory)));
        var folder = Path.Combine(own.Parent?.Parent?.FullName ?? own.FullName, project, own.Name);
        var executable = Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program);
        if (File.Exists(executable))
        {
            return new ChildProgram(program, executable, []);
        }

        var assembly = Path.Combine(folder, program + ".dll");
        if (File.Exists(assembly))
        {
            return new ChildProgram(
                program,
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                [assembly]
            );
        }

        throw new DemoException(
            ExitCode.Usage,
            $"{program}: not found at {executable}. Build the solution first: dotnet build Federated.sln"
        );
    }
}
