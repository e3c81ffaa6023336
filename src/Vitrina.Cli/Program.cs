using System.CommandLine;
using Vitrina.Cli;
using Vitrina.Cli.Commands;

var root = new RootCommand("Vitrina: ranks, learns, explains. Start with: vitrina demo")
{
    DemoCommand.Create(),
    ServeCommand.Create(),
    ImportCommand.Create(),
    SimulateCommand.Create(),
    TrainCommand.Create(),
    RankCommand.Create(),
    StatusCommand.Create(),
    MaintainCommand.Create(),
    CheckCommand.Create(),
    ModelsCommand.Create(),
    KeysCommand.Create(),
    BenchCommand.Create(),
    //ReferenceCommand.Create(),
};
return await Shell.RunAsync(root, args);
