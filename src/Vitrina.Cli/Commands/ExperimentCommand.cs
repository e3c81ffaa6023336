using System.CommandLine;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina experiment</c>: experiments from the design to the report.</summary>
internal static class ExperimentCommand
{
    public static Command Create()
    {
        var command = new Command("experiment", "Design, run and analyse experiments.");
        foreach (var part in ExperimentLifeCommands.All())
        {
            command.Add(part);
        }

        command.Add(ExperimentAnalyzeCommand.Create());
        command.Add(ExperimentPowerCommand.Create());
        command.Add(ExperimentClustersCommand.Create());
        return command;
    }
}
