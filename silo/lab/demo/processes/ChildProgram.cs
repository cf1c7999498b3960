namespace Federated.Lab.Demo.Processes;

/// <summary>A program that can be started: its name, the file to execute and the arguments that always come first.</summary>
internal sealed record ChildProgram(string Name, string Executable, IReadOnlyList<string> LeadingArguments);
