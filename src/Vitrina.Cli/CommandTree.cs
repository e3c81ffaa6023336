using System.CommandLine;
using Vitrina.Cli.Commands;

namespace Vitrina.Cli;

/// <summary>All commands; a new one is one line here.</summary>
internal static class CommandTree
{
    /// <summary>The root with every command below it.</summary>
    public static RootCommand Create() => new("Vitrina: ranks, learns, explains. Start with: vitrina demo")
    {
        DemoCommand.Create(),
        ServeCommand.Create(),
        ImportCommand.Create(),
        SimulateCommand.Create(),
        InitCommand.Create(),
        UpdateCommand.Create(),
        OffersCommand.Create(),
        TrainCommand.Create(),
        BacktestCommand.Create(),
        RankCommand.Create(),
        RecommendCommand.Create(),
        StatusCommand.Create(),
        MaintainCommand.Create(),
        CheckCommand.Create(),
        AnalyzeCommand.Create(),
        ModelsCommand.Create(),
        ExperimentCommand.Create(),
        KeysCommand.Create(),
        BenchCommand.Create(),
        ReferenceCommand.Create(),
    };
}
