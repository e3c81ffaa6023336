using Vitrina.Cli;

return await Shell.RunAsync(CommandTree.Create(), args);
